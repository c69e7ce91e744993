import { setTimeout as delay } from "node:timers/promises";

const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 500;

/** Looks until it is as wanted or the time is over, and answers with what it saw last. Any process may change it, so it is looked at. */
export async function waitUntil<Seen>(look: () => Promise<Seen>, isAsWanted: (seen: Seen) => boolean, waitMs: number, signal: AbortSignal): Promise<Seen> {
  const until = performance.now() + waitMs;
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    const seen = await look();
    const left = until - performance.now();
    if (left <= 0 || isAsWanted(seen)) return seen;
    await delay(Math.min(wait, left), undefined, { signal });
  }
}
