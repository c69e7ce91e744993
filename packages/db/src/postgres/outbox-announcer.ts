import type pg from "pg";
import { OUTBOX_CHANNEL } from "./postgres-outbox.ts";

/**
 * Tells the relay that something was written. Sent after the commit and at most once per few milliseconds, not inside the
 * transaction: PostgreSQL lets only one transaction with a notification commit at a time. A lost one costs a poll's wait, no more.
 */
export class OutboxAnnouncer {
  readonly #pool: pg.Pool;
  #timer: NodeJS.Timeout | null = null;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#pool.query(`notify ${OUTBOX_CHANNEL}`).catch(() => {});
    }, 3);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }
}
