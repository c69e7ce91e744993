import type { Budget } from "@coder/api/ai-service";
import { unlessConflict, unlessExists, type IDatabase, type Stored } from "@coder/db";
import { organizationOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { budgetEntity, type BudgetRow } from "../entities.ts";
import { budgetBusy, budgetExhausted } from "../errors.ts";
import { EMPTY_LEDGER, expire, release, reserve, reservedIn, settle, type LedgerState, type Spent } from "./ledger.ts";

const MAX_TRIES = 50;
const WAIT_MS = 20;

export interface BudgetLedgerDeps {
  readonly database: IDatabase;
  readonly limitMicroUsd: () => number;
  readonly now: () => Date;
}

export interface ReservationTicket {
  readonly id: string;
  readonly period: string;
}

/** A change of the ledger: the next state, or null to refuse, and who waits for it. */
interface Change {
  readonly apply: (state: LedgerState) => LedgerState | null;
  readonly done: (outcome: { readonly state: LedgerState; readonly refused: boolean }) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * An organization's budget of a month. All of it is one row, written over its own version only: so spent and reserved together never pass the limit, whoever else
 * writes. Within a process the changes that wait are written together, in the order they came.
 */
export class BudgetLedger {
  readonly #deps: BudgetLedgerDeps;
  readonly #waiting = new Map<string, Change[]>();
  /** By organization, the row as this process wrote it last. Who else wrote since then is found out by its version, and then it is read again. */
  readonly #written = new Map<string, Stored<BudgetRow>>();

  constructor(deps: BudgetLedgerDeps) {
    this.#deps = deps;
  }

  /** Sets aside what a call may cost at most. `budget_exhausted` (403) where that does not fit. */
  async reserve(caller: Caller, microUsd: number, seconds: number): Promise<ReservationTicket> {
    const now = this.#deps.now();
    const ticket = { id: newId(), period: periodOf(now) };
    const limit = this.#deps.limitMicroUsd();
    const reservation = { id: ticket.id, microUsd, expiresAt: new Date(now.getTime() + seconds * 1000).toISOString() };
    const { state, refused } = await this.#change(caller, ticket.period, (before) => reserve(expire(before, now.toISOString()), reservation, limit));
    if (refused) throw budgetExhausted({ limitMicroUsd: limit, spentMicroUsd: state.spentMicroUsd, reservedMicroUsd: reservedIn(state), neededMicroUsd: microUsd, period: ticket.period });
    return ticket;
  }

  /** The call was made and cost this. */
  async settle(caller: Caller, { id, period }: ReservationTicket, spent: Spent): Promise<void> {
    await this.#change(caller, period, (before) => settle(before, id, spent));
  }

  /** The call was not made. */
  async release(caller: Caller, { id, period }: ReservationTicket): Promise<void> {
    await this.#change(caller, period, (before) => release(before, id));
  }

  async get(caller: Caller): Promise<Budget> {
    const now = this.#deps.now();
    const period = periodOf(now);
    const row = await this.#rows(caller).findOne({ period });
    const state = expire(row ?? EMPTY_LEDGER, now.toISOString());
    const { spentMicroUsd, calls, inputTokens, outputTokens } = state;
    return { period, limitMicroUsd: this.#deps.limitMicroUsd(), spentMicroUsd, reservedMicroUsd: reservedIn(state), calls, inputTokens, outputTokens };
  }

  #change(caller: Caller, period: string, apply: Change["apply"]): Promise<{ readonly state: LedgerState; readonly refused: boolean }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ readonly state: LedgerState; readonly refused: boolean }>();
    const slot = `${organizationOf(caller)} ${period}`;
    const queue = this.#waiting.get(slot);
    const change: Change = { apply, done: resolve, failed: reject };
    if (queue) queue.push(change);
    else {
      this.#waiting.set(slot, [change]);
      void this.#drain(caller, period, slot);
    }
    return promise;
  }

  /** Until nothing waits any more. */
  async #drain(caller: Caller, period: string, slot: string): Promise<void> {
    for (let queue = this.#waiting.get(slot) ?? []; queue.length > 0; queue = this.#waiting.get(slot) ?? []) {
      this.#waiting.set(slot, []);
      try {
        for (const tell of await this.#write(caller, period, queue)) tell();
      } catch (error) {
        for (const { failed } of queue) failed(error);
      }
    }
    this.#waiting.delete(slot);
  }

  /** Writes the changes as one. Returns who is to be told what. */
  async #write(caller: Caller, period: string, changes: readonly Change[]): Promise<(() => void)[]> {
    const rows = this.#rows(caller);
    const organizationId = organizationOf(caller);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = this.#written.get(organizationId);
      this.#written.delete(organizationId);
      const isKnown = known?.period === period;
      const row = isKnown ? known : ((await rows.findOne({ period })) ?? (await unlessExists(rows.insert({ id: newId(), organizationId, period, ...EMPTY_LEDGER, reservations: [] }))));
      if (!row) continue;
      const { state, told } = applyAll(row, changes);
      const written = await unlessConflict(rows.update(row.id, { ...state, reservations: [...state.reservations] }, { etag: row.etag }));
      if (written) {
        this.#written.set(organizationId, written);
        return told;
      }
      if (isKnown) continue;
      // Another process was faster; a wait of another length keeps the two from meeting again.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * WAIT_MS));
    }
    throw budgetBusy();
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(budgetEntity);
  }
}

function applyAll(row: Stored<BudgetRow>, changes: readonly Change[]): { readonly state: LedgerState; readonly told: (() => void)[] } {
  let state: LedgerState = { spentMicroUsd: row.spentMicroUsd, reservations: row.reservations, calls: row.calls, inputTokens: row.inputTokens, outputTokens: row.outputTokens };
  const told = changes.map(({ apply, done }) => {
    const next = apply(state);
    state = next ?? state;
    const outcome = { state, refused: next === null };
    return () => done(outcome);
  });
  return { state, told };
}

/** The month, UTC. */
export function periodOf(now: Date): string {
  return now.toISOString().slice(0, 7);
}
