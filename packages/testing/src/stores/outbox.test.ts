import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openPostgres, type PostgresDatabase } from "@coder/db";
import { newId } from "@coder/shared/server";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CONTRACT_CLIENT_URL, noteEntity, type Note } from "../contract/entities.ts";
import { noteChanged } from "../contract/messages.ts";
import { note, somebody } from "../contract/store.ts";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.ts";
import { silentLogger } from "../silent-logger.ts";
import { handOn } from "./fixtures/hand-on.ts";

const CHILD = fileURLToPath(new URL("./fixtures/outbox-child.ts", import.meta.url));
let addresses: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  addresses = await createTestDatabase("contract");
  owner = new pg.Client({ connectionString: addresses.ownerUrl });
  await owner.connect();
  await owner.query("create table delivered (id uuid primary key, payload jsonb); create table attempts (id uuid)");
});
beforeEach(async () => void (await owner.query("truncate kernel_outbox, kernel_once_keys, contract_notes, delivered, attempts")));
afterAll(async () => {
  await owner.end();
  await addresses.drop();
});

async function open(): Promise<PostgresDatabase> {
  return openPostgres({ ...addresses, poolSize: 2, cursorKey: "k", log: silentLogger, client: CONTRACT_CLIENT_URL });
}

function child(role: "write" | "relay", dieAt: string, caller = somebody(), id: string = newId()): ChildProcess {
  return spawn(process.execPath, [CHILD, JSON.stringify({ role, dieAt, caller, id, ...addresses })], { stdio: ["ignore", "ignore", "inherit"] });
}

async function count(text: string): Promise<number> {
  return Number((await owner.query(`select count(*) as n from ${text}`)).rows[0].n);
}

/** A killed process's transaction ends when the server notices. */
async function untilGone(): Promise<void> {
  await until(async () => expect(await count(`pg_stat_activity where datname = '${addresses.name}' and usename <> 'postgres' and backend_type = 'client backend'`)).toBe(0));
}

/** Waits for a condition, long enough for a busy machine. */
function until(condition: () => unknown): Promise<unknown> {
  return vi.waitFor(condition, { timeout: 15_000 });
}

/** Each starts a whole process. */
const CHILD_LIMIT = { timeout: 60_000 };

describe("a writer killed between two steps", CHILD_LIMIT, () => {
  it.each(["before the key", "before the row", "before the effect", "before the commit", "after the commit"])("%s leaves row, key and effect, or none of them", async (point) => {
    const caller = somebody();
    const { id } = await seeded(caller);
    const [, signal] = await once(child("write", point, caller, id), "exit");
    expect(signal).toBe("SIGKILL");
    await untilGone();
    const kept = async () => [await count("contract_notes where title = 'written'"), await count("kernel_once_keys"), await count("kernel_outbox")];
    const expected = point === "after the commit" ? 1 : 0;
    expect(await kept()).toEqual([expected, expected, expected]);
    // Whoever asked for it asks again, and it has happened once.
    const database = await open();
    await database.for(caller).repository(noteEntity).update(id, { title: "written" }, { once: id, emit: [noteChanged.with({ id })] });
    await database.close();
    expect(await kept()).toEqual([1, 1, 1]);
  });

  async function seeded(caller: ReturnType<typeof somebody>): Promise<Note> {
    const database = await open();
    const row = await database.for(caller).repository(noteEntity).insert(note(caller, { title: "before" }));
    await database.close();
    return row;
  }
});

describe("a relay killed between two steps", CHILD_LIMIT, () => {
  it.each(["before the claim", "after the claim", "after handing on", "after marking"])("%s: the next one finishes, nothing is lost and nothing arrives twice", async (point) => {
    const caller = somebody();
    const database = await open();
    try {
      await database.for(caller).repository(noteEntity).insert(note(caller), { emit: [1, 2, 3].map((place) => noteChanged.with({ id: String(place) })) });
      const [, signal] = await once(child("relay", point), "exit");
      expect(signal).toBe("SIGKILL");
      // Its lease ends with its connection, so the next relay waits for the server to notice, no longer.
      await until(async () => {
        await handOn(database.outbox, addresses.ownerUrl, () => {});
        expect(await count("kernel_outbox")).toBe(0);
      });
      expect(await count("delivered")).toBe(3);
      expect(await count("attempts")).toBe(point === "after handing on" ? 6 : 3);
    } finally {
      await database.close();
    }
  });
});

describe("the lease", () => {
  it("lets one relay hand on at a time, and passes on when its connection is gone", async () => {
    const [first, second] = [await open(), await open()];
    try {
      const caller = somebody();
      await first.for(caller).repository(noteEntity).insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
      expect(await first.outbox.claim(10)).toHaveLength(1);
      expect(await second.outbox.claim(10)).toEqual([]);
      expect(await first.outbox.claim(10)).toHaveLength(1);
      await owner.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'coder outbox' and datname = $1 and pid in (select pid from pg_locks where locktype = 'advisory')", [addresses.name]);
      await until(async () => expect(await second.outbox.claim(10)).toHaveLength(1));
      // The one that lost it connects anew and finds it taken.
      await until(async () => expect(await first.outbox.claim(10)).toEqual([]));
      await second.close();
      await until(async () => expect(await first.outbox.claim(10)).toHaveLength(1));
    } finally {
      await first.close();
    }
  });

  it("wakes the relay after its connection was cut, too", async () => {
    const database = await open();
    try {
      const woken = vi.fn();
      await database.outbox.onWrite(woken);
      await owner.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'coder outbox' and datname = $1", [addresses.name]);
      await until(() => expect(woken).toHaveBeenCalled());
      woken.mockClear();
      const caller = somebody();
      await database.for(caller).repository(noteEntity).insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
      await until(() => expect(woken).toHaveBeenCalled());
    } finally {
      await database.close();
    }
  });
});

describe("a clock that is wrong", () => {
  it("moves neither the order of one writer's effects nor the time they were left", async () => {
    const database = await open();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    try {
      const caller = somebody();
      const notes = database.for(caller).repository(noteEntity);
      await notes.insert(note(caller), { emit: [1, 2].map((place) => noteChanged.with({ id: String(place) })) });
      vi.setSystemTime(Date.now() - 7_200_000);
      await notes.insert(note(caller), { emit: [noteChanged.with({ id: "3" })] });
      const items = await database.outbox.claim(10);
      expect(items.map(({ message }) => message.payload)).toEqual(["1", "2", "3"].map((id) => ({ id })));
      const { rows } = await owner.query("select now() as now");
      for (const { createdAt } of items) expect(Math.abs(rows[0].now.getTime() - Date.parse(createdAt))).toBeLessThan(60_000);
      expect(await database.health()).toMatchObject({ status: "up" });
    } finally {
      vi.useRealTimers();
      await database.close();
    }
  });
});

describe("effects that nobody here can read", () => {
  it("do not keep the relay from the others, are counted on the health page with the reason, and are tried again", async () => {
    const database = await open();
    try {
      const caller = somebody();
      const future = JSON.stringify({ kind: "wish", name: "of.a.newer.version" });
      const insert = "insert into kernel_outbox (id, message, caller) select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, $2 from generate_series(1, 25) as n";
      await owner.query(insert, [future, JSON.stringify(caller)]);
      await database.for(caller).repository(noteEntity).insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
      expect((await database.outbox.claim(10)).map(({ message }) => message.payload)).toEqual([{ id: "1" }]);
      expect(await count("kernel_outbox where refused_at is not null and reason like '%message%'")).toBe(25);
      expect(await database.health()).toMatchObject({ status: "degraded", message: expect.stringMatching(/^25 events or jobs could not be handed on: .*message/s), remedy: expect.stringContaining("same version") });
      // A version that can read them.
      await owner.query("update kernel_outbox set message = $1, refused_at = refused_at - interval '6 minutes' where refused_at is not null", [JSON.stringify(noteChanged.with({ id: "2" }))]);
      expect(await database.outbox.claim(100)).toHaveLength(26);
    } finally {
      await database.close();
    }
  });
});

describe("upkeep", () => {
  it("forgets keys after a month, by the database's clock, and keeps younger ones", async () => {
    const database = await open();
    try {
      const caller = somebody();
      const notes = database.for(caller).repository(noteEntity);
      await notes.insert(note(caller), { once: "old" });
      await notes.insert(note(caller), { once: "young" });
      await owner.query("update kernel_once_keys set created_at = now() - interval '31 days' where key = 'old'");
      await database.outbox.claim(1);
      expect((await owner.query("select key from kernel_once_keys")).rows).toEqual([{ key: "young" }]);
    } finally {
      await database.close();
    }
  });

  it("says on the health page when nobody hands effects on", async () => {
    const database = await open();
    try {
      const caller = somebody();
      await database.for(caller).repository(noteEntity).insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
      expect(await database.health()).toMatchObject({ status: "up" });
      await owner.query("update kernel_outbox set created_at = now() - interval '5 minutes'");
      expect(await database.health()).toMatchObject({ status: "degraded", message: expect.stringContaining("300 s"), remedy: expect.stringContaining("worker") });
    } finally {
      await database.close();
    }
  });
});
