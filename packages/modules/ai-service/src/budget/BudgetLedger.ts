import type { Budget } from "@coder/api/ai-service";
import { unlessExists, type IDatabase } from "@coder/db";
import { organizationOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { budgetEntity, egressEntity, type BudgetRow, type EgressRow } from "../entities.ts";
import { budgetBusy, budgetExhausted } from "../errors.ts";
import { PATIENCE_MS } from "../patience.ts";
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
  /** Of the egress ledger, written in the same step unless the change is refused. */
  readonly line: EgressRow | null;
  readonly done: (outcome: { readonly state: LedgerState; readonly refused: boolean }) => void;
  readonly failed: (error: unknown) => void;
}

/** Changes of one row that wait to be written. */
interface Slot {
  changes: Change[];
  writing: boolean;
  timer: ReturnType<typeof setTimeout> | null;
}

/**
 * An organization's budget of a month. All of it is one row, written over its own version only: so spent and reserved together never pass the limit, whoever else
 * writes. Within a process the changes that wait are written together, in the order they came; what was spent waits a moment for company, because until it is written
 * more is reserved and not less.
 */
export class BudgetLedger {
  readonly #deps: BudgetLedgerDeps;
  readonly #slots = new Map<string, Slot>();
  /** By organization, the row as this process wrote it last. Who else wrote since then is found out by its version, and then it is read again. */
  readonly #written = new Map<string, BudgetRow>();

  constructor(deps: BudgetLedgerDeps) {
    this.#deps = deps;
  }

  /** Sets aside what a call may cost at most, and with it notes the request that it is for. `budget_exhausted` (403) where that does not fit: then neither is written. */
  async reserve(caller: Caller, microUsd: number, seconds: number, line: EgressRow | null = null): Promise<ReservationTicket> {
    const now = this.#deps.now();
    const ticket = { id: newId(), period: periodOf(now) };
    const limit = this.#deps.limitMicroUsd();
    const reservation = { id: ticket.id, microUsd, expiresAt: new Date(now.getTime() + seconds * 1000).toISOString() };
    const change = this.#change(caller, ticket.period, (before) => reserve(expire(before, now.toISOString()), reservation, limit), { line });
    // It may be written although that failed, and nothing is sent for it.
    change.catch(() => this.release(caller, ticket)).catch(() => undefined);
    const { state, refused } = await change;
    if (refused) throw budgetExhausted({ limitMicroUsd: limit, spentMicroUsd: state.spentMicroUsd, reservedMicroUsd: reservedIn(state), neededMicroUsd: microUsd, period: ticket.period });
    return ticket;
  }

  /** The call was made and cost this. More than was reserved for it is booked as far as there is room below the limit. */
  async settle(caller: Caller, { id, period }: ReservationTicket, spent: Spent): Promise<void> {
    await this.#change(caller, period, (before) => settle(before, id, spent, this.#deps.limitMicroUsd()), { patienceMs: PATIENCE_MS });
  }

  /** The call was not made. */
  async release(caller: Caller, { id, period }: ReservationTicket): Promise<void> {
    await this.#change(caller, period, (before) => release(before, id), { patienceMs: PATIENCE_MS });
  }

  async get(caller: Caller): Promise<Budget> {
    const now = this.#deps.now();
    const period = periodOf(now);
    // What this process has not written yet is spent all the same.
    if (this.#slots.has(slotOf(caller, period))) await this.#change(caller, period, (before) => before);
    const row = await this.#rows(caller).findOne({ period });
    const state = expire(row ?? EMPTY_LEDGER, now.toISOString());
    const { spentMicroUsd, calls, inputTokens, outputTokens } = state;
    return { period, limitMicroUsd: this.#deps.limitMicroUsd(), spentMicroUsd, reservedMicroUsd: reservedIn(state), calls, inputTokens, outputTokens };
  }

  #change(caller: Caller, period: string, apply: Change["apply"], { line = null, patienceMs = 0 }: { readonly line?: EgressRow | null; readonly patienceMs?: number } = {}): Promise<{ readonly state: LedgerState; readonly refused: boolean }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ readonly state: LedgerState; readonly refused: boolean }>();
    const key = slotOf(caller, period);
    const slot = this.#slots.get(key) ?? { changes: [], writing: false, timer: null };
    this.#slots.set(key, slot);
    slot.changes.push({ apply, line, done: resolve, failed: reject });
    if (slot.writing) return promise;
    if (patienceMs === 0) void this.#drain(caller, period, slot);
    else slot.timer ??= setTimeout(() => void this.#drain(caller, period, slot), patienceMs);
    return promise;
  }

  /** Until nothing waits any more. */
  async #drain(caller: Caller, period: string, slot: Slot): Promise<void> {
    if (slot.timer !== null) clearTimeout(slot.timer);
    slot.timer = null;
    slot.writing = true;
    while (slot.changes.length > 0) {
      const changes = slot.changes;
      slot.changes = [];
      try {
        for (const tell of await this.#write(caller, period, changes)) tell();
      } catch (error) {
        for (const { failed } of changes) failed(error);
      }
    }
    this.#slots.delete(slotOf(caller, period));
  }

  /** Writes the changes as one. Returns who is to be told what. */
  async #write(caller: Caller, period: string, changes: readonly Change[]): Promise<(() => void)[]> {
    const rows = this.#rows(caller);
    const organizationId = organizationOf(caller);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = this.#written.get(organizationId);
      this.#written.delete(organizationId);
      const isKnown = known?.period === period;
      const row = isKnown ? known : await this.#read(caller, period);
      const { state, told, lines } = applyAll(row, changes);
      const next = { ...row, ...state, reservations: [...state.reservations], version: row.version + 1 };
      // Nothing where somebody else has written this version already, or the first of another row for the same month.
      const written = await unlessExists(rows.putMany([next], { newer: "version", beside: { entity: egressEntity, rows: lines } }));
      if (written?.length === 1) {
        this.#written.set(organizationId, next);
        return told;
      }
      if (isKnown) continue;
      // Another process was faster; a wait of another length keeps the two from meeting again.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * WAIT_MS));
    }
    throw budgetBusy();
  }

  async #read(caller: Caller, period: string): Promise<BudgetRow> {
    const found = await this.#rows(caller).findOne({ period });
    if (found === null) return { id: newId(), organizationId: organizationOf(caller), period, ...EMPTY_LEDGER, reservations: [], version: 0 };
    const { etag: _etag, ...row } = found;
    return row;
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(budgetEntity);
  }
}

function slotOf(caller: Caller, period: string): string {
  return `${organizationOf(caller)} ${period}`;
}

function applyAll(row: BudgetRow, changes: readonly Change[]): { readonly state: LedgerState; readonly told: (() => void)[]; readonly lines: EgressRow[] } {
  const lines: EgressRow[] = [];
  let state: LedgerState = { spentMicroUsd: row.spentMicroUsd, reservations: row.reservations, calls: row.calls, inputTokens: row.inputTokens, outputTokens: row.outputTokens };
  const told = changes.map(({ apply, line, done }) => {
    const next = apply(state);
    if (next !== null && line !== null) lines.push(line);
    state = next ?? state;
    const outcome = { state, refused: next === null };
    return () => done(outcome);
  });
  return { state, told, lines };
}

/** The month, UTC. */
export function periodOf(now: Date): string {
  return now.toISOString().slice(0, 7);
}
