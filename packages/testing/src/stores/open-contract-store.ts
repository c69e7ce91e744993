import { openPostgres, type PostgresDatabase, type PostgresOptions } from "@coder/db";
import pg from "pg";
import { CONTRACT_CLIENT_URL } from "../contract/entities.ts";
import type { ContractStore } from "../contract/store.ts";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.ts";
import { silentLogger } from "../silent-logger.ts";

export interface PostgresContractStore extends ContractStore {
  readonly database: PostgresDatabase;
  readonly addresses: TestDatabase;
}

/** The contract's tables on a PostgreSQL database of their own. */
export async function openContractStore(options: Partial<PostgresOptions> = {}): Promise<PostgresContractStore> {
  const addresses = await createTestDatabase("contract");
  const database = await openPostgres({
    url: addresses.url,
    systemUrl: addresses.systemUrl,
    poolSize: 5,
    cursorKey: "contract",
    log: silentLogger,
    client: CONTRACT_CLIENT_URL,
    ...options,
  });
  return {
    database,
    outbox: database.outbox,
    addresses,
    later: async (seconds) => {
      const owner = new pg.Client({ connectionString: addresses.ownerUrl });
      await owner.connect();
      await owner.query("update kernel_outbox set refused_at = refused_at - make_interval(secs => $1)", [seconds]);
      await owner.end();
    },
    close: async () => {
      await database.close();
      await addresses.drop();
    },
  };
}
