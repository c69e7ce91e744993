import { vi } from "vitest";

/** Waits until the expectation holds. Generous, because a busy machine is no fault of the product; what must be quick is measured. */
export function eventually<Result>(expectation: () => Result | Promise<Result>, intervalMs = 20): Promise<Result> {
  return vi.waitFor(expectation, { timeout: 90_000, interval: intervalMs });
}
