import { isDeepStrictEqual } from "node:util";
import type { AnyProcedure } from "@trpc/server";
import { AppError } from "../../app-error.ts";
import type { Caller } from "../../caller.ts";
import type { RequestContext } from "../../trpc/context.ts";
import { networkOf } from "../../trpc/network-of.ts";
import { metaOf } from "./procedure-parts.ts";

export interface LiveStreamLimits {
  /** How many one person, or one address of strangers, may have open at this process. */
  readonly perPerson: number;
  /** How often it is asked whether the person still may. */
  readonly recheckMs: number;
}

/** Forty windows with five streams each. */
export const LIVE_STREAM_LIMITS: LiveStreamLimits = { perPerson: 200, recheckMs: 15_000 };

/** Knows which live streams are open: so that nobody holds too many, and none outlives the session that opened it. */
export class LiveStreams {
  readonly #limits: LiveStreamLimits;
  readonly #open = new Map<string, number>();

  constructor(limits: LiveStreamLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a stream of whoever asks. Returns how to give it back. */
  enter({ caller, connection }: RequestContext): () => void {
    const { perPerson } = this.#limits;
    const who = caller.kind === "user" ? caller.userId : networkOf(connection.address);
    const open = this.#open.get(who) ?? 0;
    if (open >= perPerson) {
      throw new AppError("rate_limited", "too_many_streams", `There are ${open} live streams of yours already.`, {
        remedy: "Close pages of the product that you do not need.",
        details: { limit: perPerson },
      });
    }
    this.#open.set(who, open + 1);
    return () => {
      const rest = (this.#open.get(who) ?? 1) - 1;
      if (rest > 0) this.#open.set(who, rest);
      else this.#open.delete(who);
    };
  }

  /**
   * Asks again and again, until the function it returns is called. Where `stillGood` says no, the connection is cut: the client comes back and is told why. When that
   * cannot be found out the streams go on, because a database that is away ends nobody's session.
   */
  recheck(stillGood: () => Promise<boolean>, cut: () => void): () => void {
    const timer = setInterval(() => {
      void stillGood().then((good) => good || cut(), () => undefined);
    }, this.#limits.recheckMs);
    return () => clearInterval(timer);
  }
}

/** Whether a stream may go on: the session may be over by now, the person in another organization, or without the role. */
export async function mayGoOn(now: Caller, { caller, permissions }: RequestContext, subscription: AnyProcedure): Promise<boolean> {
  if (!isDeepStrictEqual(now, caller)) return false;
  const meta = metaOf(subscription);
  return caller.kind !== "user" || meta === null || !("permission" in meta) || permissions.allows(caller, meta.permission);
}
