import { vi } from "vitest";

/** For stores that go by this process' clock. The test puts it right again. */
export async function laterByOwnClock(seconds: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1_000 });
}
