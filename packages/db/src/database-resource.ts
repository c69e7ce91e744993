import { createHmac } from "node:crypto";
import { AppError } from "@coder/shared";
import { currentTraceId, defineResource, type KernelConfig, type ResourceContext, type ResourceInstance } from "@coder/shared/server";
import type { IDatabase } from "./database.ts";
import { openCosmos } from "./cosmos/open-cosmos.ts";
import { MemoryDatabase } from "./memory/memory-database.ts";
import { openPostgres } from "./postgres/postgres-database.ts";

/** The database, as modules name it in their manifests. Opened once per process by `config.database.provider`. */
export const databaseResource = defineResource<IDatabase>({
  name: "database",
  open(context) {
    switch (context.config.database.provider) {
      case "memory":
        return openMemory(context);
      case "postgresql":
        return openPostgresResource(context);
      case "cosmos":
        return openCosmosResource(context);
    }
  },
});

async function openMemory({ noteCrossTenantWork }: ResourceContext): Promise<ResourceInstance<IDatabase>> {
  const database = new MemoryDatabase({ onSystemWork: noteCrossTenantWork });
  return {
    value: database,
    outbox: database.outbox,
    health: async () => ({ status: "degraded", message: "All data is held in memory and lost at the next stop", remedy: "Set database.provider to postgresql" }),
    close: async () => {},
  };
}

async function openPostgresResource({ config, log, noteCrossTenantWork }: ResourceContext): Promise<ResourceInstance<IDatabase>> {
  const { url, systemUrl, poolSize } = config.database;
  if (!url || !systemUrl) {
    throw new AppError("unavailable", "database_not_configured", "There is no address for PostgreSQL.", {
      remedy: "Set DATABASE_URL and DATABASE_SYSTEM_URL, or start with npm start, which brings an embedded server.",
    });
  }
  const database = await openPostgres({ url, systemUrl, poolSize, cursorKey: cursorKey(config), log, traceId: currentTraceId, onSystemWork: noteCrossTenantWork });
  return { value: database, outbox: database.outbox, health: () => database.health(), close: () => database.close() };
}

async function openCosmosResource({ config, log, noteCrossTenantWork }: ResourceContext): Promise<ResourceInstance<IDatabase>> {
  const { endpoint, key, database: name } = config.cosmos;
  if (!endpoint || !key) {
    throw new AppError("unavailable", "database_not_configured", "There is no address or no key for Cosmos DB.", { remedy: "Set COSMOS_ENDPOINT and COSMOS_KEY." });
  }
  const database = await openCosmos({ endpoint, key, database: name, cursorKey: cursorKey(config), log, traceId: currentTraceId, onSystemWork: noteCrossTenantWork });
  return { value: database, outbox: database.outbox, health: () => database.health(), close: () => database.close() };
}

/** Continuation tokens are good in every process of the installation, so their key comes from a secret all of them have. */
function cursorKey(config: KernelConfig): string {
  return createHmac("sha256", config.secrets.serviceToken).update("continuation tokens").digest("hex");
}
