import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes, randomUUID } from "node:crypto";

// For logs and traces only. Who is asking is never taken from here: see Caller.
const current = new AsyncLocalStorage<string>();

/** Runs `work` so that what it logs and whom it calls belong to the trace. */
export function runWithTrace<Result>(traceId: string, work: () => Result): Result {
  return current.run(traceId, work);
}

/** The trace this code runs for; null outside of any. */
export function currentTraceId(): string | null {
  return current.getStore() ?? null;
}

/** 32 hex digits, as W3C Trace Context wants them. */
export function newTraceId(): string {
  return randomUUID().replaceAll("-", "");
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;

/** The trace id of a `traceparent` header; null when it is absent or not one. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const [, traceId, parentId] = match ?? [];
  if (traceId === undefined || parentId === undefined || /^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return traceId;
}

/** The header that hands the trace on to another process. */
export function traceparentOf(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString("hex")}-01`;
}
