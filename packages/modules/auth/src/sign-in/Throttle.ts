import { createHmac } from "node:crypto";
import { unlessConflict, unlessExists, type IDatabase, type Stored, type WriteEffects } from "@coder/db";
import type { ILiveConfig } from "@coder/shared/server";
import type { AuthConfig } from "../config.ts";
import { throttleEntity, type ThrottleRow } from "../entities.ts";
import { accountLocked, tooManyAttempts } from "../errors.ts";

type Kind = ThrottleRow["kind"];
type Row = Stored<ThrottleRow>;

/** Each turn lost to a parallel attempt brings the count nearer to the lock, so a few are enough. */
const MAX_TURNS = 10;
const BUSY_SECONDS = 5;

/** One attempt that counts as failed until it is known to have succeeded. So parallel guesses cannot outrun the count. */
export interface Attempt {
  readonly failures: number;
  /** Set when this attempt has locked what was counted. */
  readonly lockedUntil: string | null;
  /** It succeeded: everything counted before is forgotten. */
  clear(): Promise<void>;
  /** It was no guess: takes back this one only. */
  release(): Promise<void>;
  /** It failed. Stores what follows from that together with the lock. */
  fail(effects: WriteEffects): Promise<void>;
}

export interface ThrottleDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<AuthConfig>;
  /** Keys the digests, so that the table does not tell which addresses were tried. */
  readonly secret: string;
  readonly now: () => number;
}

/**
 * Counts failures per account and per network in the store, for all processes together. The allowed ones are taken by guarded
 * increments, so exactly that many get through; from then on one at a time, each locking for twice as long as the one before.
 * It opens by itself.
 */
export class Throttle {
  readonly #deps: ThrottleDeps;

  constructor(deps: ThrottleDeps) {
    this.#deps = deps;
  }

  /** Takes one attempt. `account_locked` or `too_many_attempts` while it has to wait. */
  async attempt(kind: Kind, key: string): Promise<Attempt> {
    const id = this.#idOf(kind, key);
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const row = (await this.#takeFree(kind, id)) ?? (await this.#takeNext(kind, id));
      if (row) return this.#attemptOn(row);
    }
    throw refusal(kind, BUSY_SECONDS);
  }

  /** Forgets what was counted, for example when an administrator set a new password. */
  async forget(kind: Kind, key: string): Promise<void> {
    await this.#rows().delete(this.#idOf(kind, key));
  }

  /** One of the attempts before the lock. Null: there is none left, or nothing was counted yet. */
  async #takeFree(kind: Kind, id: string): Promise<Row | null> {
    const { attempts } = this.#ruleOf(kind);
    const where = { failures: { lt: attempts }, updatedAt: { gt: this.#forgottenBefore(kind) } };
    const row = await unlessConflict(this.#rows().increment(id, "failures", 1, { where }));
    if (!row || row.failures < attempts) return row;
    // Nobody else gets past the guard any more; whoever took the last one locks.
    return unlessConflict(this.#rows().update(id, this.#lockFor(row)));
  }

  /** The first attempt of all, or the next one after a lock. Null: another process was faster. */
  async #takeNext(kind: Kind, id: string): Promise<Row | null> {
    const row = await this.#rows().get(id);
    const first = { failures: 1, ...this.#lockFor({ kind, failures: 1 }) };
    if (!row) return unlessExists(this.#rows().insert({ id, kind, ...first }));
    if (row.updatedAt <= this.#forgottenBefore(kind)) return this.#write(row, first);
    const { attempts } = this.#ruleOf(kind);
    if (row.failures < attempts) return null;
    const waitMs = await this.#waitOf(row);
    if (waitMs > 0) throw refusal(kind, Math.ceil(waitMs / 1000));
    return this.#write(row, { failures: row.failures + 1, ...this.#lockFor({ kind, failures: row.failures + 1 }) });
  }

  async #waitOf(row: Row): Promise<number> {
    const now = this.#deps.now();
    const since = Date.parse(row.updatedAt);
    if (row.lockedUntil !== null && since <= now) return Date.parse(row.lockedUntil) - now;
    // Either the process that took the last attempt died before it locked, or the clock was set back since:
    // the lock begins now, and not when the clock is there again.
    const lock = this.#lockFor(row);
    await this.#write(row, lock);
    return Date.parse(lock.lockedUntil ?? lock.updatedAt) - now;
  }

  #attemptOn(row: Row): Attempt {
    const { id, failures, lockedUntil } = row;
    return {
      failures,
      lockedUntil,
      clear: async () => {
        await this.#rows().delete(id);
      },
      release: async () => {
        await unlessConflict(this.#rows().increment(id, "failures", -1, { where: { failures: { gt: 0 } } }));
        if (lockedUntil !== null) await unlessConflict(this.#rows().update(id, { lockedUntil: null }, { where: { lockedUntil } }));
      },
      fail: async (effects) => {
        if (lockedUntil !== null) await unlessConflict(this.#rows().update(id, { lockedUntil }, { ...effects, where: { lockedUntil } }));
      },
    };
  }

  /** Until when the failure with this number locks; null while there are attempts left. */
  #lockFor({ kind, failures }: Pick<ThrottleRow, "kind" | "failures">): Pick<ThrottleRow, "lockedUntil" | "updatedAt"> {
    const { attempts, delaySeconds, maxDelaySeconds } = this.#ruleOf(kind);
    const now = this.#deps.now();
    const delayMs = Math.min(maxDelaySeconds, delaySeconds * 2 ** Math.min(failures - attempts, 30)) * 1000;
    return { lockedUntil: failures < attempts ? null : timeOf(now + delayMs), updatedAt: timeOf(now) };
  }

  #ruleOf(kind: Kind): { attempts: number; delaySeconds: number; maxDelaySeconds: number } {
    const { lockout } = this.#deps.config.value;
    return kind === "account"
      ? { attempts: lockout.accountAttempts, delaySeconds: lockout.accountDelaySeconds, maxDelaySeconds: lockout.accountMaxDelaySeconds }
      : { attempts: lockout.networkAttempts, delaySeconds: lockout.networkDelaySeconds, maxDelaySeconds: lockout.networkMaxDelaySeconds };
  }

  /** A lock is never forgotten before it ends. */
  #forgottenBefore(kind: Kind): string {
    const seconds = Math.max(this.#deps.config.value.lockout.forgetAfterMinutes * 60, this.#ruleOf(kind).maxDelaySeconds);
    return timeOf(this.#deps.now() - seconds * 1000);
  }

  #idOf(kind: Kind, key: string): string {
    return createHmac("sha256", this.#deps.secret).update(`${kind}:${key}`).digest("base64url");
  }

  #write(row: Row, changes: Partial<ThrottleRow>): Promise<Row | null> {
    return unlessConflict(this.#rows().update(row.id, changes, { etag: row.etag }));
  }

  #rows() {
    return this.#deps.database.system("sign-in").repository(throttleEntity);
  }
}

function refusal(kind: Kind, seconds: number): Error {
  return kind === "account" ? accountLocked(seconds) : tooManyAttempts(seconds);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
