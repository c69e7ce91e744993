import type { IDatabase } from "@coder/db";
import type { SessionId } from "@coder/shared";
import type { ILogger } from "@coder/shared/trpc";
import { sessionEntity, type SessionRow } from "../entities.ts";

/** A session's last use is kept to about this. */
const PRECISION_MS = 60_000;
const FLUSH_AFTER_MS = 5_000;
const MAX_BATCH = 500;

export interface LastUseRecorderDeps {
  readonly database: IDatabase;
  readonly now: () => number;
  readonly log: ILogger;
}

/** Notes when sessions were last used, beside the requests and not in them: many at once, each at most once a minute. */
export class LastUseRecorder {
  readonly #deps: LastUseRecorderDeps;
  readonly #used = new Set<SessionId>();
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: LastUseRecorderDeps) {
    this.#deps = deps;
  }

  note({ id, lastUsedAt }: Pick<SessionRow, "id" | "lastUsedAt">): void {
    if (this.#deps.now() - Date.parse(lastUsedAt) < PRECISION_MS) return;
    this.#used.add(id);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes what was noted. A failure loses a minute's precision and nothing else. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const ids = [...this.#used];
    this.#used.clear();
    const now = this.#deps.now();
    const sessions = this.#deps.database.system("sign-in").repository(sessionEntity);
    try {
      for (let start = 0; start < ids.length; start += MAX_BATCH) {
        const older = { id: { in: ids.slice(start, start + MAX_BATCH) }, lastUsedAt: { lt: new Date(now - PRECISION_MS + 1).toISOString() } };
        await sessions.updateMany(older, { lastUsedAt: new Date(now).toISOString() });
      }
    } catch (error) {
      this.#deps.log.warn({ err: error, sessions: ids.length }, "Could not note when sessions were last used");
    }
  }
}
