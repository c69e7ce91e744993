import { hash, verify } from "@node-rs/argon2";
import type { HealthReport } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { AuthConfig } from "../config.ts";
import { hashingBusy } from "../errors.ts";
import { QueueFullError, WorkQueue } from "./WorkQueue.ts";

/** How long a refusal keeps the health page at "degraded". */
const RECENT_MS = 60_000;

export interface PasswordHasherDeps {
  readonly config: ILiveConfig<AuthConfig>;
  readonly now: () => number;
}

/** Argon2id (RFC 9106). A few hashes at a time: each is made to be slow, so a burst of sign-ins is turned away instead of stalling everybody. */
export class PasswordHasher {
  readonly #deps: PasswordHasherDeps;
  readonly #queue: WorkQueue;
  #done = 0;
  #refusedAt: number | null = null;

  constructor(deps: PasswordHasherDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue(() => deps.config.value.passwords);
  }

  /** How many hashes were computed. */
  get done(): number {
    return this.#done;
  }

  hash(password: string): Promise<string> {
    const { memoryKiB, iterations, parallelism } = this.#deps.config.value.passwords;
    return this.#run(() => hash(prepared(password), { memoryCost: memoryKiB, timeCost: iterations, parallelism }));
  }

  /** `encoded` null: nobody has this password, and finding that out takes as long as if somebody had. */
  async verify(encoded: string | null, password: string): Promise<boolean> {
    if (encoded === null) {
      await this.hash(password);
      return false;
    }
    return this.#run(() => verify(encoded, prepared(password)));
  }

  /** Whether a stored hash was made with other costs than are configured now. */
  isOutdated(encoded: string): boolean {
    const { memoryKiB, iterations, parallelism } = this.#deps.config.value.passwords;
    return !encoded.startsWith(`$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$`);
  }

  async health(): Promise<HealthReport> {
    if (this.#refusedAt === null || this.#deps.now() - this.#refusedAt > RECENT_MS) return { status: "up" };
    return {
      status: "degraded",
      message: `Sign-ins are being turned away: more than ${this.#deps.config.value.passwords.queueLimit} passwords were waiting to be checked`,
      remedy: "If this is no attack, raise auth.passwords.concurrency, or run another gateway",
    };
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#queue.run(() => {
        this.#done += 1;
        return work();
      });
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      this.#refusedAt = this.#deps.now();
      throw hashingBusy();
    }
  }
}

/** One spelling for one text, whatever the keyboard sent. */
function prepared(password: string): Uint8Array {
  return Buffer.from(password.normalize("NFKC"));
}
