import { RateLimiterMemory } from "rate-limiter-flexible";
import { AppError } from "../../app-error.ts";
import { networkOf } from "../../trpc/network-of.ts";

const LIMIT = 100;
const WINDOW_SECONDS = 60;

/**
 * Tokens that turned out to be nobody's, by network. Each cost a look-up before any allowance of a procedure counted it, so
 * whoever has shown too many is not looked up until the window ends. Counted per process, because the look-ups are.
 */
export class TokenGuesses {
  readonly #wrong = new RateLimiterMemory({ points: LIMIT, duration: WINDOW_SECONDS });

  async requireAllowance(address: string): Promise<void> {
    const seen = await this.#wrong.get(networkOf(address));
    if (seen === null || seen.consumedPoints < LIMIT) return;
    const retryAfterSeconds = Math.max(1, Math.ceil(seen.msBeforeNext / 1000));
    throw new AppError("rate_limited", "rate_limited", "Too many tokens that are nobody's in a short time.", {
      remedy: `Wait ${retryAfterSeconds} seconds, and use the token of a session that has not ended.`,
      details: { retryAfterSeconds, limit: LIMIT, windowSeconds: WINDOW_SECONDS },
    });
  }

  async countWrong(address: string): Promise<void> {
    await this.#wrong.penalty(networkOf(address));
  }
}
