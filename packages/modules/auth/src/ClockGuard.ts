import type { HealthReport } from "@coder/shared";
import type { ILogger } from "@coder/shared/trpc";

/** Smaller steps are the ordinary work of a time service. */
const JUMP_MS = 30_000;
const RECENT_MS = 60 * 60_000;
const REPEAT_MS = 60_000;

export interface ClockGuardDeps {
  /** The system's clock. */
  readonly now: () => number;
  /** Counts on, whatever anybody does to the system's clock. */
  readonly monotonic: () => number;
  readonly log: ILogger;
}

interface Finding {
  readonly at: number;
  readonly message: string;
}

/**
 * Reads the clock for everything that has to do with sessions, and says so when it cannot be trusted. Nothing is ended for good
 * because of the time alone, so setting the clock right brings back what a wrong one hid.
 */
export class ClockGuard {
  readonly #deps: ClockGuardDeps;
  #offset: number;
  #finding: Finding | null = null;
  #aheadLoggedAt: number | null = null;

  constructor(deps: ClockGuardDeps) {
    this.#deps = deps;
    this.#offset = deps.now() - deps.monotonic();
  }

  /** The time. Logs once for each jump of the clock since the call before. */
  now(): number {
    const now = this.#deps.now();
    const offset = now - this.#deps.monotonic();
    const jump = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(jump) >= JUMP_MS) {
      const seconds = Math.round(jump / 1000);
      this.#found(`The system clock moved by ${seconds} s at once`);
      this.#deps.log.warn({ seconds, now: new Date(now).toISOString() }, "The system clock jumped: sessions may seem to have ended, or last longer, until it is right");
    }
    return now;
  }

  /** A session began later than now by this clock, so one of the machines is wrong. Logs at most once a minute. */
  sawFuture(aheadMs: number, refused: boolean): void {
    this.#found(`A session began ${Math.round(aheadMs / 1000)} s ahead of this machine's clock`);
    const at = this.#deps.monotonic();
    if (this.#aheadLoggedAt !== null && at - this.#aheadLoggedAt < REPEAT_MS) return;
    this.#aheadLoggedAt = at;
    this.#deps.log.warn({ aheadSeconds: Math.round(aheadMs / 1000), refused }, "A session began in the future: the clocks of the machines differ, or this one was set back");
  }

  async health(): Promise<HealthReport> {
    this.now();
    if (this.#finding === null || this.#deps.monotonic() - this.#finding.at > RECENT_MS) return { status: "up" };
    return { status: "degraded", message: this.#finding.message, remedy: "Set the clock by a time service (NTP) on every machine; nothing else is needed" };
  }

  #found(message: string): void {
    this.#finding = { at: this.#deps.monotonic(), message };
  }
}
