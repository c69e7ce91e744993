import { randomBytes } from "node:crypto";
import type { LiveItem } from "../../live.ts";

export interface LiveFeedOptions {
  /** Events that are kept for readers who come back. */
  readonly maxEvents?: number;
  /** Bytes of their JSON altogether. */
  readonly maxBytes?: number;
}

interface Kept<Event> {
  readonly event: Event;
  readonly bytes: number;
}

const MAX_EVENTS = 1_000;
const MAX_BYTES = 1024 * 1024;

/**
 * What happens, told live to any number of readers of this process. The newest events are kept once for all; a reader is a position among them, so that a slow one
 * costs nothing and one that falls behind gets a gap. Ids carry the feed's own epoch: after a restart, or at another process, a reader's old id leads to a gap too.
 */
export class LiveFeed<Event> {
  readonly #epoch = randomBytes(6).toString("hex");
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #waiting = new Set<() => void>();
  #kept: Kept<Event>[] = [];
  #bytes = 0;
  /** How many events there were; the newest one's number. */
  #last = 0;

  constructor({ maxEvents = MAX_EVENTS, maxBytes = MAX_BYTES }: LiveFeedOptions = {}) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  /** Tells an event, JSON like every other. Returns its id. */
  publish(event: Event): string {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    this.#last += 1;
    this.#kept.push({ event, bytes });
    this.#bytes += bytes;
    this.#forget();
    this.#wake();
    return this.#idOf(this.#last);
  }

  /** Tells all readers that more happened than is known: each has to read anew. */
  gap(): void {
    this.#last += 1;
    this.#kept = [];
    this.#bytes = 0;
    this.#wake();
  }

  /**
   * Everything after the event of that id, until the signal aborts. Without an id, or with one that is not kept any more, it begins with a gap: the reader has what follows
   * from here on, and reads anew what was before. `wanted` leaves out what a reader may not see or does not ask for.
   */
  async *subscribe(afterId: string | undefined, signal: AbortSignal, wanted: (event: Event) => boolean = () => true): AsyncGenerator<LiveItem<Event>, void, undefined> {
    let position = this.#numberOf(afterId);
    while (!signal.aborted) {
      const oldest = this.#last - this.#kept.length;
      if (position === null || position < oldest) {
        position = this.#last;
        yield { id: this.#idOf(position), gap: true };
      } else if (position === this.#last) {
        await this.#next(signal);
      } else {
        const next = this.#kept[position - oldest];
        position += 1;
        if (next && wanted(next.event)) yield { id: this.#idOf(position), event: next.event };
      }
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #forget(): void {
    let gone = 0;
    while (this.#kept.length - gone > this.#maxEvents || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#kept[gone]?.bytes ?? 0;
      gone += 1;
    }
    if (gone > 0) this.#kept = this.#kept.slice(gone);
  }

  /** Null for no id, one of another feed, and one of an event that is still to come. */
  #numberOf(id: string | undefined): number | null {
    const [, epoch, number] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(id ?? "") ?? [];
    return epoch === this.#epoch && Number(number) <= this.#last ? Number(number) : null;
  }

  #idOf(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  #next(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      signal.removeEventListener("abort", wake);
      this.#waiting.delete(wake);
      resolve();
    };
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    return promise;
  }
}
