import type { Container, ContainerRequest, Database } from "@azure/cosmos";
import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";
import { uniqueName } from "./cosmos-document.ts";

/** The containers of one database, each made when it is first needed. */
export class CosmosContainers {
  readonly #database: Database;
  readonly #opened = new Map<string, Promise<Container>>();

  constructor(database: Database) {
    this.#database = database;
  }

  of(entity: EntityDescriptor): Promise<Container> {
    return this.#open(entity.table, () => containerOf(entity));
  }

  /** One that holds no rows of an entity. */
  plain(id: string): Promise<Container> {
    return this.#open(id, () => ({ id, partitionKey: { paths: ["/pk"] } }));
  }

  /** Every container there is, also those that other processes made. */
  async all(): Promise<readonly Container[]> {
    const { resources } = await this.#database.containers.readAll().fetchAll();
    return resources.map(({ id }) => this.#database.container(id));
  }

  #open(id: string, request: () => ContainerRequest): Promise<Container> {
    let container = this.#opened.get(id);
    if (!container) {
      container = this.#database.containers.createIfNotExists(request()).then((made) => made.container);
      // A failure is not remembered: the next use tries again.
      container.catch(() => this.#opened.delete(id));
      this.#opened.set(id, container);
    }
    return container;
  }
}

function containerOf(entity: EntityDescriptor): ContainerRequest {
  const sortable = [...fieldsOf(entity)].filter(([name, { kind, nullable }]) => name !== "id" && !nullable && kind !== "json" && kind !== "list").map(([name]) => name);
  const orders = (["ascending", "descending"] as const).flatMap((order) => sortable.map((name) => [{ path: `/row/${name}`, order }, { path: "/row/id", order }]));
  return {
    id: entity.table,
    partitionKey: { paths: ["/pk"] },
    // Documents that say when they expire do; others never.
    defaultTtl: -1,
    uniqueKeyPolicy: { uniqueKeys: ["insertKey", ...(entity.unique ?? []).map((_, place) => uniqueName(place))].map((name) => ({ paths: [`/${name}`] })) },
    indexingPolicy: { automatic: true, indexingMode: "consistent", includedPaths: [{ path: "/*" }], excludedPaths: [{ path: '/"_etag"/?' }], compositeIndexes: orders },
  };
}
