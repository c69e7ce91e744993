import { AppError } from "../../app-error.ts";

/** What a call ends with when its caller gave up: the same near and far. */
export function cancelled(cause?: unknown): AppError {
  return new AppError("cancelled", "cancelled", "The call was cancelled before it ended.", {
    remedy: "Nothing to do if you cancelled it; otherwise try again.",
    cause,
  });
}

/** Ends with `cancelled` as soon as `signal` aborts, whether or not `work` heeds it. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  // The loser of the race must not become an unhandled rejection.
  work.catch(() => {});
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(cancelled(signal.reason));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
