import type { GetLayoutInput, Layout, PutLayoutInput } from "@coder/api/workspace";
import { unlessExists, type IDatabase } from "@coder/db";
import { personOf, type Caller, type Done } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { z } from "zod";
import { layoutEntity } from "../../entities.ts";
import type { ProjectAccess } from "../../projects/ProjectAccess.ts";

const StoredLayoutSchema = z.record(z.string(), z.unknown());

/** How each person has arranged each project. The last that is written counts. */
export class Layouts {
  readonly #deps: { readonly access: ProjectAccess; readonly database: IDatabase; readonly now: () => Date };

  constructor(deps: { readonly access: ProjectAccess; readonly database: IDatabase; readonly now: () => Date }) {
    this.#deps = deps;
  }

  async get(caller: Caller, { projectId }: GetLayoutInput): Promise<Layout> {
    const { userId } = personOf(caller);
    await this.#deps.access.requireProject(caller, projectId);
    const row = await this.#rows(caller).findOne({ projectId, userId });
    return { layout: row ? StoredLayoutSchema.parse(JSON.parse(row.layout)) : null };
  }

  async put(caller: Caller, { projectId, layout }: PutLayoutInput): Promise<Done> {
    const { userId } = personOf(caller);
    const { organizationId } = await this.#deps.access.requireProject(caller, projectId);
    const rows = this.#rows(caller);
    const facts = { layout: JSON.stringify(layout), updatedAt: this.#deps.now().toISOString() };
    if ((await rows.updateMany({ projectId, userId }, facts)) > 0) return {};
    // Another page of the same person may have been first.
    if (!(await unlessExists(rows.insert({ id: newId(), organizationId, projectId, userId, ...facts })))) await rows.updateMany({ projectId, userId }, facts);
    return {};
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(layoutEntity);
  }
}
