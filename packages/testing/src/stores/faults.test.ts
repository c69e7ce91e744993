import { openPostgres, type PostgresDatabase } from "@coder/db";
import { newId } from "@coder/shared/server";
import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CONTRACT_CLIENT_URL, noteEntity } from "../contract/entities.ts";
import { noteChanged } from "../contract/messages.ts";
import { effectsOf, note, somebody } from "../contract/store.ts";
import { startOwnServer } from "../postgres/own-server.ts";
import { startProxy } from "../postgres/proxy.ts";
import { TcpGate } from "../queue/tcp-gate.ts";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.ts";
import { silentLogger } from "../silent-logger.ts";
import { openContractStore } from "./open-contract-store.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function open(addresses: TestDatabase, options: object = {}): Promise<PostgresDatabase> {
  const { url, systemUrl } = addresses;
  const database = await openPostgres({ url, systemUrl, poolSize: 5, cursorKey: "k", log: silentLogger, client: CONTRACT_CLIENT_URL, ...options });
  cleanUps.push(() => database.close());
  return database;
}

/** Runs `work` for each item, so many side by side. */
async function inParallel<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

describe("PostgreSQL killed under load", () => {
  it("loses nothing it acknowledged, and the pool recovers by itself", async () => {
    const server = await startOwnServer();
    cleanUps.push(() => server.close());
    const database = await open(server.addresses);
    const caller = somebody();
    const notes = database.for(caller).repository(noteEntity);
    const acknowledged: string[] = [];
    const refused: string[] = [];
    let restarted: Promise<void> | null = null;
    await inParallel(Array.from({ length: 1_000 }, () => note(caller)), 20, async (row) => {
      if (acknowledged.length >= 300 && !restarted) restarted = server.kill().then(() => server.restart());
      try {
        await notes.insert(row, { emit: [noteChanged.with({ id: row.id })] });
        acknowledged.push(row.id);
      } catch (error) {
        expect(error).toMatchObject({ code: "database_unavailable", httpStatus: 503, remedy: expect.stringContaining("Try again") });
        refused.push(row.id);
        await restarted;
      }
    });
    expect(acknowledged.length).toBeGreaterThan(900);
    expect(refused.length).toBeGreaterThan(0);
    const { items } = await notes.query({}, { limit: 1000 });
    const stored = new Set(items.map(({ id }) => id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const effects = await effectsOf(database, caller);
    expect(effects.map(({ message }) => Reflect.get(Object(message.payload), "id")).sort()).toEqual([...stored].sort());
  }, 120_000);

  it("is down on the health page, and up again after", async () => {
    const server = await startOwnServer();
    cleanUps.push(() => server.close());
    const database = await open(server.addresses);
    expect(await database.health()).toMatchObject({ status: "up" });
    await server.kill();
    expect(await database.health()).toMatchObject({ status: "down", remedy: expect.stringContaining("PostgreSQL") });
    await expect(database.for(somebody()).repository(noteEntity).count({})).rejects.toMatchObject({ code: "database_unavailable" });
    await server.restart();
    expect(await database.health()).toMatchObject({ status: "up" });
  });
});

describe("a server that hangs", () => {
  it("is given up by the relay's connection, which works again as soon as the server does", async () => {
    const addresses = await createTestDatabase("contract");
    cleanUps.push(() => addresses.drop());
    const gate = await TcpGate.before(Number(new URL(addresses.systemUrl).port));
    cleanUps.push(() => gate.close());
    const systemUrl = Object.assign(new URL(addresses.systemUrl), { port: String(gate.port) }).toString();
    const database = await open(addresses, { systemUrl, statementTimeoutMs: 2_000 });
    expect(await database.outbox.claim(10)).toEqual([]);
    void gate.freezeAt("kernel_outbox");
    await expect(database.outbox.claim(10)).rejects.toMatchObject({ code: "database_unavailable" });
    await gate.close();
    await gate.open();
    const caller = somebody();
    await database.for(caller).repository(noteEntity).insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
    await vi.waitFor(async () => expect(await database.outbox.claim(10)).toHaveLength(1), { timeout: 15_000 });
  });
});

describe("a line that breaks", () => {
  // An insert leaves in one flush, so the server has heard all of it or it counts for nothing; an update waits once in the middle.
  const moments = [
    ["insert", "INSERT", "unheard", 0],
    ["insert", "kernel_outbox", "unheard", 0],
    ["insert", "kernel_outbox", "unanswered", 1],
    ["update", "UPDATE", "unheard", 0],
    ["update", "UPDATE", "unanswered", 0],
    ["update", "kernel_outbox", "unheard", 0],
    ["update", "kernel_outbox", "unanswered", 1],
  ] as const;

  it.each(moments)("during an %s at %s, %s: row, key and effect are all there or all not, and repeating the write settles it", async (kind, words, when, kept) => {
    const addresses = await createTestDatabase("contract");
    cleanUps.push(() => addresses.drop());
    const proxy = await startProxy(addresses.url);
    cleanUps.push(() => proxy.close());
    const database = await open(addresses, { url: proxy.through(addresses.url) });
    const caller = somebody();
    const notes = database.for(caller).repository(noteEntity);
    const store = { database, outbox: database.outbox, close: async () => {} };
    const effects = { once: newId(), emit: [noteChanged.with({ id: "1" })] };
    const row = note(caller, { title: "written" });
    if (kind === "update") await notes.insert({ ...row, title: "before" });
    const write = () => (kind === "insert" ? notes.insert(row, effects) : notes.update(row.id, { title: "written" }, effects));
    const written = async () => [await notes.count({ title: "written" }), (await effectsOf(store, caller)).length];
    proxy.cutAt(words, when);
    await expect(write()).rejects.toMatchObject({ code: "database_unavailable" });
    await vi.waitFor(async () => expect(await openTransactions(addresses)).toBe(0), { timeout: 15_000 });
    expect(await written()).toEqual([kept, kept]);
    await write();
    expect(await written()).toEqual([1, 1]);
  });

  async function openTransactions(addresses: TestDatabase): Promise<number> {
    const client = new pg.Client({ connectionString: addresses.ownerUrl });
    await client.connect();
    const { rows } = await client.query("select count(*) as n from pg_stat_activity where datname = $1 and usename = 'test_app' and state like '%transaction%'", [addresses.name]);
    await client.end();
    return Number(rows[0].n);
  }
});

describe("what the database refuses", () => {
  it("an address where nobody answers is named so", async () => {
    const opening = openPostgres({ url: "postgresql://x:x@127.0.0.1:1/x", systemUrl: "postgresql://x:x@127.0.0.1:1/x", poolSize: 2, cursorKey: "k", log: silentLogger, client: CONTRACT_CLIENT_URL });
    await expect(opening).rejects.toMatchObject({ code: "database_unavailable", httpStatus: 503 });
  });

  it("a statement that takes too long ends with a timeout", async () => {
    const store = await openContractStore({ statementTimeoutMs: 2_000 });
    cleanUps.push(() => store.close());
    const caller = somebody();
    const notes = store.database.for(caller).repository(noteEntity);
    const row = await notes.insert(note(caller));
    const client = new pg.Client({ connectionString: store.addresses.ownerUrl });
    await client.connect();
    await client.query("begin; select * from contract_notes for update");
    await expect(notes.update(row.id, { title: "x" })).rejects.toMatchObject({ code: "database_timeout", httpStatus: 504 });
    await client.query("rollback");
    await client.end();
    expect(await notes.update(row.id, { title: "x" })).toMatchObject({ title: "x" });
  });

  it("a transaction that lost against another is repeated, or is a conflict; it is never half done", async () => {
    const store = await openContractStore();
    cleanUps.push(() => store.close());
    const client = new pg.Client({ connectionString: store.addresses.ownerUrl });
    await client.connect();
    await client.query(`alter database ${store.addresses.name} set default_transaction_isolation = 'serializable'`);
    await client.end();
    const database = await open(store.addresses);
    const caller = somebody();
    const notes = database.for(caller).repository(noteEntity);
    const row = await notes.insert(note(caller, { amount: 0 }));
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => notes.increment(row.id, "amount", 1, { emit: [noteChanged.with({ id: row.id })] })));
    const done = results.filter(({ status }) => status === "fulfilled").length;
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "conflict", httpStatus: 409 });
    expect(done).toBeGreaterThan(1);
    expect(await notes.get(row.id)).toMatchObject({ amount: done });
    expect(await effectsOf(database, caller)).toHaveLength(done);
  });

  it("a number too large for its column, or text that is none inside JSON, is the sender's fault", async () => {
    const store = await openContractStore();
    cleanUps.push(() => store.close());
    const caller = somebody();
    const notes = store.database.for(caller).repository(noteEntity);
    await expect(notes.insert(note(caller, { amount: 2 ** 40 }))).rejects.toMatchObject({ code: "invalid_value", httpStatus: 400 });
    await expect(notes.insert(note(caller, { details: { text: "a\0b" } }))).rejects.toMatchObject({ code: "invalid_value" });
    await expect(notes.insert(note(caller, { details: { text: "\ud800" } }))).rejects.toMatchObject({ code: "invalid_value" });
  });
});

describe("more rows than one statement can carry", () => {
  it("are inserted all or none, effects included", async () => {
    const store = await openContractStore();
    cleanUps.push(() => store.close());
    const caller = somebody();
    const notes = store.database.for(caller).repository(noteEntity);
    const many = Array.from({ length: 2_200 }, () => note(caller));
    const last = many.at(-1);
    if (!last) throw new Error("There are rows");
    await notes.insert(last);
    await expect(notes.insertMany(many)).rejects.toMatchObject({ code: "already_exists" });
    await expect(notes.insertMany(many, { emit: [noteChanged.with({ id: "1" })] })).rejects.toMatchObject({ code: "already_exists" });
    expect([await notes.count({}), (await effectsOf(store, caller)).length]).toEqual([1, 0]);
    await notes.delete(last.id);
    await notes.insertMany(many, { once: newId(), emit: [noteChanged.with({ id: "1" })] });
    expect([await notes.count({}), (await effectsOf(store, caller)).length]).toEqual([2_200, 1]);
  }, 120_000);
});

describe("many tenants", () => {
  it("share the pool, and only so many clients are kept", async () => {
    const store = await openContractStore({ poolSize: 3, keptClients: 20 });
    cleanUps.push(() => store.close());
    const callers = Array.from({ length: 50 }, () => somebody());
    await inParallel(callers, 30, async (caller) => void (await store.database.for(caller).repository(noteEntity).insert(note(caller))));
    await inParallel(callers, 30, async (caller) => expect(await store.database.for(caller).repository(noteEntity).count({})).toBe(1));
    expect(store.database.metrics.app).toMatchObject({ size: 3, open: 3, waiting: 0 });
    expect(store.database.metrics.clients).toBe(20);
  });
});
