import { openPostgres, type PostgresDatabase } from "@coder/db";
import { newId } from "@coder/shared/server";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CONTRACT_CLIENT_URL, noteEntity, remarkEntity } from "../contract/entities.ts";
import { noteChanged } from "../contract/messages.ts";
import { note, remark, somebody } from "../contract/store.ts";
import { startProxy, type DatabaseProxy } from "../postgres/proxy.ts";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.ts";
import { silentLogger } from "../silent-logger.ts";

let addresses: TestDatabase;
let proxy: DatabaseProxy;
let database: PostgresDatabase;
const caller = somebody();
const present = note(caller);
const sent = vi.spyOn(pg.Client.prototype, "query");

beforeAll(async () => {
  addresses = await createTestDatabase("contract");
  proxy = await startProxy(addresses.url);
  database = await openPostgres({ url: proxy.through(addresses.url), systemUrl: addresses.systemUrl, poolSize: 1, cursorKey: "k", log: silentLogger, client: CONTRACT_CLIENT_URL });
  await database.for(caller).repository(noteEntity).insert(present);
});
afterAll(async () => {
  await database.close();
  await proxy.close();
  await addresses.drop();
});

/** First words of every message (the first begins and says for whom) but the relay's wake-up, which nobody waits for. */
function statements(): string[] {
  const texts = sent.mock.calls.map(([query]) => (typeof query === "string" ? query : String(Reflect.get(query, "text"))));
  return texts.filter((text) => !text.startsWith("notify")).map((text) => text.split(/[\s(;]+/)[0]?.toLowerCase() ?? "");
}

const notes = () => database.for(caller).repository(noteEntity);
const effects = { emit: [noteChanged.with({ id: "1" }), noteChanged.with({ id: "2" })] };
const SIMPLE: readonly [string, () => Promise<unknown>, string][] = [
  ["get", () => notes().get(present.id), "select"],
  ["query", () => notes().query({ status: "open" }, { limit: 10, sort: { field: "createdAt", direction: "desc" } }), "select"],
  ["count", () => notes().count({ status: "open" }), "select"],
  ["insert", () => notes().insert(note(caller)), "insert"],
  ["insertMany", () => notes().insertMany([note(caller), note(caller)]), "insert"],
  ["conditional update", () => notes().update(present.id, { title: "x" }, { where: { status: "open" } }), "update"],
  ["updateMany", () => notes().updateMany({ status: "open" }, { title: "x" }), "update"],
  ["increment", () => notes().increment(present.id, "amount", 1, { where: { amount: { lt: 100 } } }), "update"],
  ["delete", () => notes().delete(newId()), "delete"],
  ["deleteMany", () => notes().deleteMany({ title: "nobody" }), "delete"],
];

describe("what goes over the wire", () => {
  beforeEach(async () => {
    await notes().count({});
    await vi.waitFor(() => expect(statements().at(-1)).toBe("commit"), { timeout: 15_000 });
    sent.mockClear();
    proxy.turns();
  });

  it.each(SIMPLE)("%s is one data statement, and waits for the database once", async (_name, work, verb) => {
    await work();
    expect(statements()).toEqual(["begin", verb, "commit"]);
    expect(proxy.turns()).toBe(1);
  });

  it("a put and what is beside it are one data statement, and wait for the database once", async () => {
    await notes().putMany([note(caller)], { newer: "size", beside: { entity: remarkEntity, rows: [remark(caller)] } });
    expect(statements()).toEqual(["begin", "with", "commit"]);
    expect(proxy.turns()).toBe(1);
  });

  it("an insert with effects and key is one transaction, and waits once", async () => {
    await notes().insert(note(caller), { once: newId(), ...effects });
    expect(statements()).toEqual(["begin", "insert", "insert", "insert", "commit"]);
    expect(proxy.turns()).toBe(1);
  });

  it.each([
    ["update", () => notes().update(present.id, { title: "x" }, { once: newId(), ...effects }), "update"],
    ["updateMany", () => notes().updateMany({ status: "open" }, { title: "x" }, { once: newId(), ...effects }), "update"],
    ["deleteMany", () => notes().deleteMany({ status: "open", id: { ne: present.id } }, { once: newId(), ...effects }), "delete"],
  ] as const)("%s with effects and key is one transaction, and waits twice: what changed decides what is left behind", async (_name, work, verb) => {
    await work();
    expect(statements()).toEqual(["begin", "insert", verb, "insert", "commit"]);
    expect(proxy.turns()).toBe(2);
  });

  it("only a refused write asks again, to say why", async () => {
    await expect(notes().update(present.id, { title: "x" }, { etag: "stale" })).rejects.toMatchObject({ code: "version_conflict" });
    expect(statements().filter((verb) => ["update", "insert", "delete"].includes(verb))).toEqual(["update"]);
    expect(proxy.turns()).toBe(2);
  });
});
