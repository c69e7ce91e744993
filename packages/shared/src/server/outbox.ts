import type { Caller } from "../caller.ts";
import type { EventMessage } from "../define-event.ts";
import type { JobMessage } from "../define-job.ts";

/** An effect that a write left behind in its own transaction. Its id is the event's, and the job's unless the message names one: consumers are idempotent by it. */
export interface OutboxItem {
  readonly id: string;
  readonly message: EventMessage | JobMessage;
  /** Who made the write: the job runs for them, the event names them. */
  readonly caller: Caller;
  readonly traceId: string | null;
  readonly createdAt: string;
}

export interface RefusedItem {
  readonly id: string;
  /** For whoever reads the health page or the table. */
  readonly reason: string;
}

/** Read side of the outbox, implemented by the store. Items leave it only after they were handed on. */
export interface IOutbox {
  /** The oldest unhanded items but those set aside. One relay at a time holds the lease; others get an empty list. */
  claim(limit: number): Promise<readonly OutboxItem[]>;
  markDone(ids: readonly string[]): Promise<void>;
  /** Sets items aside that cannot be handed on, so that they hold up no other. They are kept, and claimed again some minutes later. */
  refuse(items: readonly RefusedItem[]): Promise<void>;
  /** Calls back soon after something was written. Returns the function that stops it. Polling covers what is missed. */
  onWrite(listener: () => void): Promise<() => Promise<void>>;
}
