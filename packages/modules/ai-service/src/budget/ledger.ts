/** What an organization spent and may still spend in a month. Money in millionths of a US dollar. */
export interface LedgerState {
  readonly spentMicroUsd: number;
  readonly reservations: readonly Reservation[];
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Reservation {
  readonly id: string;
  readonly microUsd: number;
  readonly expiresAt: string;
}

export interface Spent {
  readonly microUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const EMPTY_LEDGER: LedgerState = { spentMicroUsd: 0, reservations: [], calls: 0, inputTokens: 0, outputTokens: 0 };

export function reservedIn({ reservations }: LedgerState): number {
  return reservations.reduce((sum, { microUsd }) => sum + microUsd, 0);
}

/** With the reservation, or null where it does not fit below the limit. */
export function reserve(state: LedgerState, reservation: Reservation, limitMicroUsd: number): LedgerState | null {
  if (state.spentMicroUsd + reservedIn(state) + reservation.microUsd > limitMicroUsd) return null;
  return { ...state, reservations: [...state.reservations, reservation] };
}

/**
 * A call that was made: what it cost is spent, the rest of its reservation is free again. What it cost beyond its reservation is spent as far as there is room below the limit. One that has expired meanwhile was spent as a whole, and
 * stays so.
 */
export function settle(state: LedgerState, id: string, spent: Spent, limitMicroUsd: number): LedgerState {
  const open = state.reservations.find((each) => each.id === id);
  const others = release(state, id);
  const room = limitMicroUsd - others.spentMicroUsd - reservedIn(others);
  return {
    // Its reservation is its own, also where the limit was lowered meanwhile.
    spentMicroUsd: state.spentMicroUsd + (open ? Math.min(spent.microUsd, Math.max(open.microUsd, room)) : 0),
    reservations: others.reservations,
    calls: state.calls + 1,
    inputTokens: state.inputTokens + spent.inputTokens,
    outputTokens: state.outputTokens + spent.outputTokens,
  };
}

/** A call that was not made. */
export function release(state: LedgerState, id: string): LedgerState {
  return { ...state, reservations: state.reservations.filter((each) => each.id !== id) };
}

/** Reservations that nobody settled, because their process ended, count as spent: the call may have been made. */
export function expire(state: LedgerState, now: string): LedgerState {
  const over = state.reservations.filter(({ expiresAt }) => expiresAt <= now);
  if (over.length === 0) return state;
  return { ...state, spentMicroUsd: state.spentMicroUsd + over.reduce((sum, { microUsd }) => sum + microUsd, 0), reservations: state.reservations.filter(({ expiresAt }) => expiresAt > now) };
}
