import { EventPublisher, handleEvent, handleJob, JobQueue, migrateQueueSchema, newId, OutboxRelay } from "@coder/shared/server";
import { openPostgres, type PostgresDatabase } from "@coder/db";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { CONTRACT_CLIENT_URL, noteEntity } from "../contract/entities.ts";
import { noteChanged, noteJob } from "../contract/messages.ts";
import { note, somebody, worker } from "../contract/store.ts";
import { silentLogger } from "../silent-logger.ts";
import { openContractStore, type PostgresContractStore } from "../stores/open-contract-store.ts";
import { eventually } from "./eventually.ts";
import { FAST, QueueRig } from "./queue-rig.ts";

const NOTES = 150;

let store: PostgresContractStore;
let rig: QueueRig;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  store = await openContractStore();
  await migrateQueueSchema(store.addresses.ownerUrl, { grantTo: "test_app" });
  rig = new QueueRig({ redis: { url: null }, database: { provider: "postgresql", url: store.addresses.url, systemUrl: null, poolSize: 5 } }, FAST);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(async () => {
  await rig.stop();
  await store.close();
});

/** A relay as another process has it: with an outbox connection of its own. */
async function startRelay(): Promise<{ kill(): Promise<void> }> {
  const { url, systemUrl } = store.addresses;
  const database: PostgresDatabase = await openPostgres({ url, systemUrl, poolSize: 2, cursorKey: "contract", log: silentLogger, client: CONTRACT_CLIENT_URL });
  const events = new EventPublisher({ backend: rig.backend, modules: [] });
  const relay = new OutboxRelay({ outbox: database.outbox, jobs: new JobQueue({ backend: rig.backend }), events, log: silentLogger, pollMs: 100 });
  relay.start();
  ends.push(async () => {
    await relay.stop();
    await database.close();
  });
  return { kill: () => database.outbox.close() };
}

async function outboxSize(): Promise<number> {
  const owner = new pg.Client({ connectionString: store.addresses.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ size: number }>("select count(*)::int as size from kernel_outbox");
  await owner.end();
  return rows[0]?.size ?? Number.NaN;
}

it("carries a write's job and event to their handlers, and their effects into the database once", { timeout: 120_000 }, async () => {
  const caller = somebody();
  const effects = () => store.database.for(worker(caller)).repository(noteEntity);
  await rig.workers("contract", handleJob(noteJob, async () => async ({ id, payload, caller: starter }) => {
    expect(starter).toEqual(caller);
    await effects().insert(note(caller, { id: newId(), title: "by job", slug: `job-${payload.id}` }), { once: id });
  }));
  await rig.consumer("contract", handleEvent(noteChanged, async ({ id, payload, caller: cause }) => {
    expect(cause).toEqual(caller);
    await effects().insert(note(caller, { id: newId(), title: "by event", slug: `event-${payload.id}` }), { once: id });
  }));
  const [first] = await Promise.all([startRelay(), startRelay()]);
  const notes = store.database.for(caller).repository(noteEntity);
  for (let n = 0; n < NOTES; n += 1) {
    const row = note(caller, { title: "written" });
    await notes.insert(row, { emit: [noteChanged.with({ id: row.id })], enqueue: [noteJob.with({ id: row.id })] });
    // The relay that holds the lease ends in the middle; the other takes over.
    if (n === NOTES / 2) await first.kill();
  }
  const count = (title: string) => notes.count({ title });
  await eventually(async () => expect([await count("by job"), await count("by event")]).toEqual([NOTES, NOTES]), 100);
  await eventually(async () => expect(await outboxSize()).toBe(0), 100);
  const queues = await rig.backend.counts([]);
  expect(queues.filter((queue) => queue.failed + queue.waiting + queue.active > 0)).toEqual([]);
});
