import type { AuthConfig } from "../config.ts";
import type { SessionRow } from "../entities.ts";

type Limits = AuthConfig["sessions"];
type Times = Pick<SessionRow, "createdAt" | "lastUsedAt" | "expiresAt">;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export type SessionState = { readonly alive: boolean; readonly aheadMs: number };

/** When a session that begins now ends at the latest. */
export function expiryOf(now: number, limits: Limits): string {
  return new Date(now + limits.absoluteHours * HOUR_MS).toISOString();
}

/** The earliest last use and beginning that a living session can have. */
export function oldestAlive(now: number, limits: Limits): { lastUsedAt: string; createdAt: string } {
  return { lastUsedAt: new Date(now - limits.idleMinutes * MINUTE_MS).toISOString(), createdAt: new Date(now - limits.absoluteHours * HOUR_MS).toISOString() };
}

/**
 * Whether a session is good at this time, by the limits as they are now: shortening them takes effect at once. One that began in the
 * future is young, as long as that can be a clock gone wrong; further ahead it is refused, because it would last for ever.
 */
export function stateOf(times: Times, now: number, limits: Limits): SessionState {
  const createdAt = Date.parse(times.createdAt);
  const aheadMs = Math.max(0, createdAt - now);
  const ended = now >= Date.parse(times.expiresAt) || now - createdAt >= limits.absoluteHours * HOUR_MS || now - Date.parse(times.lastUsedAt) >= limits.idleMinutes * MINUTE_MS;
  return { alive: !ended && aheadMs <= limits.clockToleranceMinutes * MINUTE_MS, aheadMs };
}
