import { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import { AppError } from "../../app-error.ts";
import type { ILogger, IRateLimiter } from "../../trpc/context.ts";
import type { RateLimitRule } from "../../trpc/meta.ts";

export interface RateLimiterOptions {
  /** Shared by all processes when set; each process counts for itself otherwise. */
  readonly redisUrl: string | null;
  readonly log: ILogger;
}

export interface RateLimiter extends IRateLimiter {
  close(): Promise<void>;
}

/** Long enough for a busy Redis, short enough that nobody notices a dead one. */
const STORE_TIMEOUT_MS = 500;
const WARN_EVERY_MS = 30_000;

/**
 * Counts per key in fixed windows that start with the key's first request.
 *
 * When the shared store does not answer, this process counts alone and says so in the log: the limits then hold per process
 * instead of per installation. A rule with `failClosed` refuses instead, because there a multiplied allowance is worse than none.
 */
export function createRateLimiter({ redisUrl, log }: RateLimiterOptions): RateLimiter {
  const redis = redisUrl === null ? null : connect(redisUrl, log);
  const tried = redis === null ? null : firstAttempt(redis);
  const local = new RuleLimiters((options) => new RateLimiterMemory(options));
  const shared = redis === null ? null : new RuleLimiters((options) => new RateLimiterRedis({ ...options, storeClient: redis }));
  let warnedAt = Number.NEGATIVE_INFINITY;

  return {
    take: async (key, rule) => {
      if (shared === null) return consume(local.for(rule), key);
      try {
        await tried;
        return await consume(shared.for(rule), key);
      } catch (cause) {
        if (performance.now() - warnedAt > WARN_EVERY_MS) {
          warnedAt = performance.now();
          log.warn({ err: cause }, "Rate limits: Redis does not answer. This process counts alone until it does; operations that must not be tried often are refused");
        }
        if (rule.failClosed) {
          throw new AppError("unavailable", "rate_limit_unavailable", "This cannot be done now, because how often it was tried cannot be counted.", {
            remedy: "Try again in a moment. Whoever runs this installation: Redis (REDIS_URL) does not answer.",
            cause,
          });
        }
        return consume(local.for(rule), key);
      }
    },
    close: async () => redis?.disconnect(),
  };
}

interface LimiterOptions {
  readonly points: number;
  readonly duration: number;
  readonly keyPrefix: string;
}

/** One limiter per rule: the library fixes limit and window when a limiter is made. */
class RuleLimiters {
  readonly #byRule = new Map<string, RateLimiterAbstract>();
  readonly #make: (options: LimiterOptions) => RateLimiterAbstract;

  constructor(make: (options: LimiterOptions) => RateLimiterAbstract) {
    this.#make = make;
  }

  for({ limit, windowSeconds }: RateLimitRule): RateLimiterAbstract {
    const id = `${limit}/${windowSeconds}`;
    const known = this.#byRule.get(id);
    if (known) return known;
    const made = this.#make({ points: limit, duration: windowSeconds, keyPrefix: `rate:${id}` });
    this.#byRule.set(id, made);
    return made;
  }
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<{ remaining: number; retryAfterSeconds: number }> {
  try {
    const { remainingPoints } = await limiter.consume(key);
    return { remaining: remainingPoints, retryAfterSeconds: 0 };
  } catch (refused) {
    // The library rejects with a result when the allowance is used up and with an error when it could not count.
    if (refused instanceof RateLimiterRes) return { remaining: 0, retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) };
    throw refused;
  }
}

/** Settles when the first connection stands or failed, so that the first requests of a process wait for it instead of passing uncounted. */
function firstAttempt(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    redis.once("ready", () => resolve());
    redis.once("error", () => resolve());
  });
}

function connect(url: string, log: ILogger): Redis {
  const redis = new Redis(url, {
    commandTimeout: STORE_TIMEOUT_MS,
    connectTimeout: STORE_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
  });
  // take() reports the outage; without a listener ioredis prints every reconnect.
  redis.on("error", (error: Error) => log.debug({ err: error }, "Rate limits: Redis connection"));
  return redis;
}
