import { itemCreatedEvent, type CreateItemInput, type ISampleModuleService, type Item, type ItemInput, type ItemPage, type ListItemsInput } from "@coder/api/sample-module";
import type { IDatabase, IRepository, Stored } from "@coder/db";
import { organizationOf, personOf, type Caller } from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import type { SampleModuleConfig } from "./config.ts";
import { itemEntity, type ItemRow } from "./entities.ts";
import { itemNotFound, nameTooLong } from "./errors.ts";

export interface SampleModuleServiceDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<SampleModuleConfig>;
  readonly now: () => Date;
}

/** What it is for, in one sentence. */
export class SampleModuleService implements ISampleModuleService {
  readonly #deps: SampleModuleServiceDeps;

  constructor(deps: SampleModuleServiceDeps) {
    this.#deps = deps;
  }

  async listItems(caller: Caller, { limit, cursor }: ListItemsInput): Promise<ItemPage> {
    const page = await this.#items(caller).query({}, { limit, cursor, sort: { field: "createdAt", direction: "desc" } });
    return { items: page.items.map(itemOf), nextCursor: page.nextCursor };
  }

  async getItem(caller: Caller, { id }: ItemInput): Promise<Item> {
    const row = await this.#items(caller).get(id);
    if (!row) throw itemNotFound();
    return itemOf(row);
  }

  async createItem(caller: Caller, { name }: CreateItemInput): Promise<Item> {
    const organizationId = organizationOf(caller);
    const { maxNameLength } = this.#deps.config.value;
    if (name.length > maxNameLength) throw nameTooLong(maxNameLength);
    const id = newId();
    const row = { id, organizationId, name, createdBy: personOf(caller).userId, createdAt: this.#deps.now().toISOString() };
    return itemOf(await this.#items(caller).insert(row, { emit: [itemCreatedEvent.with({ id, organizationId })] }));
  }

  async deleteItem(caller: Caller, { id }: ItemInput): Promise<Item> {
    const row = await this.#items(caller).delete(id);
    if (!row) throw itemNotFound();
    return itemOf(row);
  }

  #items(caller: Caller): IRepository<ItemRow> {
    return this.#deps.database.for(caller).repository(itemEntity);
  }
}

function itemOf({ etag, ...item }: Stored<ItemRow>): Item {
  return { ...item, version: etag };
}
