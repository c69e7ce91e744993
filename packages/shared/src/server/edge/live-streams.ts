import { AppError } from "../../app-error.ts";
import type { Exchange } from "./exchange.ts";

export interface LiveStreamLimits {
  /** How many one person, or one address of strangers, may have open at this process. */
  readonly perPerson: number;
  /** How often it is asked whether the person still may. */
  readonly recheckMs: number;
}

/** Ten tabs with three streams each. */
export const LIVE_STREAM_LIMITS: LiveStreamLimits = { perPerson: 30, recheckMs: 15_000 };

/** Knows which live streams are open: so that nobody holds too many, and none outlives the session that opened it. */
export class LiveStreams {
  readonly #limits: LiveStreamLimits;
  readonly #open = new Map<string, number>();

  constructor(limits: LiveStreamLimits) {
    this.#limits = limits;
  }

  /**
   * Lets a stream begin, until its connection closes. Where `stillGood` says no, the connection is cut: the client comes back and is told why. When that cannot be found out
   * the stream goes on, because a database that is away ends nobody's session.
   */
  enter({ response }: Pick<Exchange, "response">, who: string, stillGood: () => Promise<boolean>): void {
    const { perPerson, recheckMs } = this.#limits;
    const open = this.#open.get(who) ?? 0;
    if (open >= perPerson) {
      throw new AppError("rate_limited", "too_many_streams", `There are ${open} live connections of yours already.`, {
        remedy: "Close pages of the product that you do not need.",
        details: { limit: perPerson },
      });
    }
    this.#open.set(who, open + 1);
    const timer = setInterval(() => {
      void stillGood().then((good) => good || response.destroy(), () => undefined);
    }, recheckMs);
    response.once("close", () => {
      clearInterval(timer);
      this.#leave(who);
    });
  }

  #leave(who: string): void {
    const rest = (this.#open.get(who) ?? 1) - 1;
    if (rest > 0) this.#open.set(who, rest);
    else this.#open.delete(who);
  }
}
