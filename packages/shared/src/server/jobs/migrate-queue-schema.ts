import { DEFAULT_SCHEMA, runMigrations } from "bullmq";
import pg from "pg";

/** The schema of the product's database that BullMQ lives in. */
export const QUEUE_SCHEMA = DEFAULT_SCHEMA;

/**
 * Brings the queue's tables up to date, in one transaction, as the database's owner; any number of processes may try at once.
 * The role in `grantTo` may then use them and owns nothing: where BullMQ makes a sequence per queue, the function does it with
 * the owner's rights.
 */
export async function migrateQueueSchema(ownerUrl: string, options: { grantTo: string }): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
    const role = pg.escapeIdentifier(options.grantTo);
    await client.query(`
      begin;
      select pg_advisory_xact_lock(hashtext('coder:queue-grants'));
      grant usage on schema ${QUEUE_SCHEMA} to ${role};
      grant select, insert, update, delete on all tables in schema ${QUEUE_SCHEMA} to ${role};
      grant usage, select on all sequences in schema ${QUEUE_SCHEMA} to ${role};
      revoke execute on all functions in schema ${QUEUE_SCHEMA} from public;
      grant execute on all functions in schema ${QUEUE_SCHEMA} to ${role};
      alter function ${QUEUE_SCHEMA}.next_job_id(text) security definer;
      alter function ${QUEUE_SCHEMA}.add_jobs_bulk_unlocked(text, jsonb) security definer;
      commit;
    `);
  } finally {
    await client.end();
  }
}
