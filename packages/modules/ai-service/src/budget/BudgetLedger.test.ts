import { openPostgres, type PostgresDatabase } from "@coder/db";
import { isAppError } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { createTestDatabase, outcome, silentLogger, somebody, type TestDatabase } from "@coder/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { egressEntity, type EgressRow } from "../entities.ts";
import { BudgetLedger } from "./BudgetLedger.ts";
import { EMPTY_LEDGER, expire, release, reserve, reservedIn, settle, type LedgerState } from "./ledger.ts";

describe("the ledger", () => {
  it("never lets spent and reserved together pass the limit, whatever happens in whatever order", () => {
    const step = fc.record({ kind: fc.constantFrom("reserve", "settle", "release", "expire"), micro: fc.nat(400), percent: fc.nat(300), at: fc.nat(30) });
    fc.assert(
      fc.property(fc.nat(1_000), fc.array(step, { maxLength: 80 }), (limit, steps) => {
        let state: LedgerState = EMPTY_LEDGER;
        let clock = 0;
        for (const [index, { kind, micro, percent, at }] of steps.entries()) {
          const open = state.reservations[at % Math.max(1, state.reservations.length)];
          if (kind === "reserve") state = reserve(state, { id: `${index}`, microUsd: micro, expiresAt: time(clock + at) }, limit) ?? state;
          else if (kind === "expire") state = expire(state, time((clock += at)));
          else if (open) state = kind === "release" ? release(state, open.id) : settle(state, open.id, { microUsd: Math.floor((open.microUsd * percent) / 100), inputTokens: 1, outputTokens: 1 }, limit);
          expect(state.spentMicroUsd + reservedIn(state)).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it("books what was billed beyond a reservation as far as there is room, and a reservation also above a limit that was lowered", () => {
    const state: LedgerState = { ...EMPTY_LEDGER, spentMicroUsd: 50, reservations: ["a", "b"].map((id) => ({ id, microUsd: 10, expiresAt: time(1) })) };
    const billed = (microUsd: number, limit: number): number => settle(state, "a", { microUsd, inputTokens: 1, outputTokens: 1 }, limit).spentMicroUsd - 50;
    expect([billed(5, 100), billed(30, 100), billed(300, 100), billed(300, 40), billed(5, 40)]).toEqual([5, 30, 40, 10, 5]);
  });
});

function time(second: number): string {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
}

describe("on PostgreSQL", () => {
  let addresses: TestDatabase;
  let database: PostgresDatabase;
  beforeAll(async () => {
    addresses = await createTestDatabase();
    database = await openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 8, cursorKey: "test", log: silentLogger });
  });
  afterAll(async () => {
    await database.close();
    await addresses.drop();
  });

  it("200 callers at once, in two processes, spend no more than there is, and all that is there", async () => {
    const caller = somebody();
    const limit = 1_000_000;
    let now = new Date("2026-01-15T00:00:00.000Z");
    const ledgers = [1, 2].map(() => new BudgetLedger({ database, limitMicroUsd: () => limit, now: () => now }));
    const [watcher] = ledgers;
    let [spent, over, refused] = [0, 0, 0];
    const noted: string[] = [];
    const ended = new AbortController();
    const watch = async (): Promise<void> => {
      while (!ended.signal.aborted) {
        const seen = await watcher?.get(caller);
        if (seen && seen.spentMicroUsd + seen.reservedMicroUsd > limit) over += 1;
      }
    };
    const watched = watch();
    const random = seeded(7);
    await Promise.all(
      Array.from({ length: 200 }, async (_unused, index) => {
        const ledger = ledgers[index % 2];
        if (!ledger) return;
        const worst = 1_000 + Math.floor(random() * 20_000);
        const fate = random();
        try {
          const line = lineOf(caller);
          const ticket = await ledger.reserve(caller, worst, 60, line);
          noted.push(line.id);
          if (fate < 0.2) return await ledger.release(caller, ticket);
          if (fate < 0.3) {
            // Its process ends: nobody settles it.
            spent += worst;
            return;
          }
          const cost = Math.floor(worst * random());
          await ledger.settle(caller, ticket, { microUsd: cost, inputTokens: 10, outputTokens: 5 });
          spent += cost;
        } catch (error) {
          if (!isAppError(error) || error.code !== "budget_exhausted") throw error;
          refused += 1;
        }
      }),
    );
    ended.abort();
    await watched;
    now = new Date("2026-01-15T00:02:00.000Z");
    const end = await watcher?.get(caller);
    expect(over).toBe(0);
    expect(refused).toBeGreaterThan(0);
    expect(end).toMatchObject({ spentMicroUsd: spent, reservedMicroUsd: 0 });
    expect(spent).toBeLessThanOrEqual(limit);
    // A line for each reservation, and none for those that were refused.
    const lines = await database.for(caller).repository(egressEntity).query({}, { limit: 300 });
    expect(lines.items.map(({ id }) => id)).toEqual(noted.sort());
  }, 60_000);

  it("keeps organizations and months apart, and names the limit", async () => {
    let now = new Date("2026-01-31T23:59:00.000Z");
    const ledger = new BudgetLedger({ database, limitMicroUsd: () => 100, now: () => now });
    const [one, other] = [somebody(), somebody()];
    await ledger.settle(one, await ledger.reserve(one, 100, 60), { microUsd: 100, inputTokens: 1, outputTokens: 1 });
    expect(await outcome(ledger.reserve(one, 1, 60))).toBe("budget_exhausted");
    expect(await outcome(ledger.reserve(other, 100, 60))).toBe("done");
    now = new Date("2026-02-01T00:00:00.000Z");
    expect(await outcome(ledger.reserve(one, 100, 60))).toBe("done");
  });
});

function lineOf({ userId, organizationId }: ReturnType<typeof somebody>): EgressRow {
  const sent = { endpoint: "test", model: "model", purpose: "chat" as const, projectId: null, conversationId: null, secrets: 0, host: "host", path: "/", requestBytes: 1 };
  return { id: newId(), organizationId, userId, at: new Date().toISOString(), ...sent, responseBytes: 0, status: null, outcome: "open", tookMs: null, version: 0 };
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
