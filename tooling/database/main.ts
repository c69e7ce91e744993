// Makes a PostgreSQL server ready for the product: database, roles, the queue's tables, migrations. Run by the launcher on Node 24, again at every start.
import { text } from "node:stream/consumers";
import { migrateQueueSchema } from "@coder/shared/server";
import { withClient } from "./connect.ts";
import { migrate } from "./migrations.ts";
import { DatabaseProblem, RequestSchema, say, type Request } from "./protocol.ts";
import { ensureDatabase, ensureRoles } from "./roles.ts";

/** Several launchers may share one server: one after the other. */
const SETUP_LOCK = "select pg_advisory_lock(hashtext('coder:setup'))";

async function prepare({ ownerUrl, roles, queueRole }: Request): Promise<string> {
  await ensureDatabase(ownerUrl);
  return withClient(ownerUrl, async (client) => {
    await client.query(SETUP_LOCK);
    if (roles) await ensureRoles(client, ownerUrl, roles);
    const applied = await migrate({ client, ownerUrl, onProgress: (done, total) => say({ kind: "progress", done, total, what: "migrations applied" }) });
    // After our own, which are the ones that may fail: BullMQ migrates in a transaction of its own, and tables of a new major refuse the version before.
    await migrateQueueSchema(ownerUrl, { grantTo: queueRole });
    return applied === 0 ? "nothing to migrate" : `${applied} ${applied === 1 ? "migration" : "migrations"} applied`;
  });
}

try {
  const detail = await prepare(RequestSchema.parse(JSON.parse(await text(process.stdin))));
  say({ kind: "done", detail });
} catch (error) {
  if (!(error instanceof DatabaseProblem)) throw error;
  say({ kind: "problem", message: error.message, remedy: error.remedy, details: error.details });
  process.exitCode = 1;
}
