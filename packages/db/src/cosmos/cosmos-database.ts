import { CosmosClient } from "@azure/cosmos";
import type { Caller, HealthReport } from "@coder/shared";
import type { z } from "zod";
import { CursorSealer } from "../cursor.ts";
import type { IDatabase, IDatabaseScope, SystemReason } from "../database.ts";
import type { EntityDescriptor } from "../entity.ts";
import { EntityRepository } from "../entity-repository.ts";
import type { Logger } from "../logger.ts";
import type { IRepository } from "../repository.ts";
import { SystemWork } from "../system-work.ts";
import { boundOf, type Access } from "../tenant.ts";
import { CosmosContainers } from "./cosmos-containers.ts";
import { CosmosDriver, partitionFor } from "./cosmos-driver.ts";
import { toAppError } from "./cosmos-errors.ts";
import { CosmosOutbox } from "./cosmos-outbox.ts";

export interface CosmosOptions {
  readonly endpoint: string;
  readonly key: string;
  readonly database: string;
  /** Seals continuation tokens; the same in every process of the installation. */
  readonly cursorKey: string;
  readonly log: Logger;
  readonly traceId?: () => string | null;
  /** Told of each piece of cross-tenant work. */
  readonly onSystemWork?: (reason: SystemReason) => void;
  /** How long a relay that died keeps others waiting. Default 15,000. */
  readonly leaseMs?: number;
}

/** Connects, and makes the database when there is none. */
export async function connectCosmos(options: CosmosOptions): Promise<CosmosDatabase> {
  // Over plain HTTP it is a server for tests, which advertises an address that nobody answers at.
  const connectionPolicy = options.endpoint.startsWith("http:") ? { enableEndpointDiscovery: false } : {};
  const client = new CosmosClient({ endpoint: options.endpoint, key: options.key, connectionPolicy });
  try {
    const { database } = await client.databases.createIfNotExists({ id: options.database });
    return new CosmosDatabase({ client, containers: new CosmosContainers(database), options });
  } catch (error) {
    client.dispose();
    throw toAppError(error);
  }
}

export interface CosmosDatabaseDeps {
  readonly client: CosmosClient;
  readonly containers: CosmosContainers;
  readonly options: CosmosOptions;
}

export class CosmosDatabase implements IDatabase {
  readonly outbox: CosmosOutbox;
  readonly systemWork: SystemWork;
  readonly #deps: CosmosDatabaseDeps;
  readonly #cursors: CursorSealer;

  constructor(deps: CosmosDatabaseDeps) {
    this.#deps = deps;
    this.systemWork = new SystemWork(deps.options.onSystemWork);
    this.#cursors = new CursorSealer(deps.options.cursorKey);
    this.outbox = new CosmosOutbox({ containers: deps.containers, work: this.systemWork, log: deps.options.log, leaseMs: deps.options.leaseMs });
  }

  for(caller: Caller): IDatabaseScope {
    return this.#scope({ kind: "caller", caller });
  }

  system(reason: SystemReason): IDatabaseScope {
    this.systemWork.note(reason);
    return this.#scope({ kind: "system", reason });
  }

  async health(): Promise<HealthReport> {
    try {
      await this.#deps.client.getDatabaseAccount();
      const work = this.systemWork.describe();
      return { status: "up", ...(work === "" ? {} : { message: `cross-tenant work since the start: ${work}` }) };
    } catch {
      return { status: "down", message: "Cosmos DB does not answer", remedy: "Look whether the account can be reached from here and the key is right" };
    }
  }

  async close(): Promise<void> {
    await this.outbox.close();
    this.#deps.client.dispose();
  }

  #scope(access: Access): IDatabaseScope {
    return {
      repository: <Schema extends z.ZodObject>(entity: EntityDescriptor<Schema>): IRepository<z.output<Schema> & { readonly id: string }> => {
        const driver = new CosmosDriver({
          entity,
          containers: this.#deps.containers,
          partition: partitionFor(entity, boundOf(entity, access)?.value ?? null),
          traceId: this.#deps.options.traceId ?? (() => null),
          written: () => this.outbox.written(),
        });
        return new EntityRepository<z.output<Schema> & { readonly id: string }>({ entity, access, driver, cursors: this.#cursors });
      },
    };
  }
}
