import { setTimeout as delay } from "node:timers/promises";

/** Whether the promise settled in that time. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timeout = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), delay(ms, false, { signal: timeout.signal })]);
  } finally {
    timeout.abort();
  }
}
