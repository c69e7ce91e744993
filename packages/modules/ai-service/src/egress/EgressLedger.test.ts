import { createMemoryDatabase, type IDatabase } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { GuardedFetchOptions } from "@coder/shared/server";
import { somebody } from "@coder/testing";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { TestServers } from "../__fixtures__/serve.ts";
import { PATIENCE_MS } from "../patience.ts";
import { EgressLedger, type Errand } from "./EgressLedger.ts";

const servers = new TestServers();
afterAll(() => servers.close());
afterEach(() => void vi.useRealTimers());

const errandOf = (caller: Caller): Errand => ({ caller, endpoint: "test", model: "model", purpose: "chat", projectId: null, conversationId: null, secrets: 0 });
const guard: GuardedFetchOptions = { allowsPrivate: () => true, refusal: () => new Error("private"), maxAnswerBytes: 1_000, tooLong: () => new Error("too long") };

/** A memory database that tells how many rows each put had. */
function watched(): { readonly database: IDatabase; readonly puts: number[] } {
  const database = createMemoryDatabase();
  const puts: number[] = [];
  const scopeFor = database.for.bind(database);
  database.for = (caller) => {
    const scope = scopeFor(caller);
    return {
      repository: (entity) => {
        const repository = scope.repository(entity);
        const put = repository.putMany.bind(repository);
        repository.putMany = (rows, options) => {
          puts.push(rows.length);
          return put(rows, options);
        };
        return repository;
      },
    };
  };
  return { database, puts };
}

it("requests are written one by one before they leave, and their ends together in one statement", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { database, puts } = watched();
  const ledger = new EgressLedger({ database, now: () => new Date() });
  const caller = somebody();
  const url = await servers.open((_request, response) => response.end("well"));
  const opened = [1, 2, 3].map(() => ledger.fetch(errandOf(caller), guard));
  for (const { fetch } of opened) expect(await (await fetch(url)).text()).toBe("well");
  const settled = Promise.all(opened.map(({ settle }) => settle("done")));
  vi.advanceTimersByTime(PATIENCE_MS - 1);
  expect(puts).toEqual([1, 1, 1]);
  vi.advanceTimersByTime(1);
  await settled;
  expect(puts).toEqual([1, 1, 1, 3]);
  vi.useRealTimers();
  expect((await ledger.list(caller, { limit: 10 })).items.map(({ outcome, status, responseBytes }) => ({ outcome, status, responseBytes }))).toEqual([1, 2, 3].map(() => ({ outcome: "done", status: 200, responseBytes: 4 })));
});

it("who admits an errand writes the line of its first request, and where they refuse nothing of it leaves", async () => {
  let asked = 0;
  const url = await servers.open((_request, response) => response.end(`answer ${(asked += 1)}`));
  const { database, puts } = watched();
  const ledger = new EgressLedger({ database, now: () => new Date() });
  const lines: string[] = [];
  const admitted = ledger.fetch(errandOf(somebody()), guard, async ({ path }) => void lines.push(path));
  for (const path of ["first", "second"]) await (await admitted.fetch(new URL(path, url))).text();
  expect([lines, puts, asked]).toEqual([["/first"], [1], 2]);
  const refused = ledger.fetch(errandOf(somebody()), guard, () => Promise.reject(new Error("no")));
  for (const path of ["first", "second"]) await expect(refused.fetch(new URL(path, url))).rejects.toThrow("no");
  expect([puts, asked]).toEqual([[1], 2]);
});
