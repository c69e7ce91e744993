import { readFileSync } from "node:fs";

/**
 * Notices that the system's queue of file events may have run over: then events are lost, and neither the system's interface in Node nor anybody else says so.
 * A queue that ran over was full, and Node empties it in one go; so one go with fewer events than the queue holds lost none.
 */
export class QueueGauge {
  readonly #limit: number;
  readonly #onOverflow: () => void;
  #inThisGo = 0;

  /** @param limit A part of what the queue holds: events of folders that are not watched any more take room in it too, and are not seen. */
  constructor(onOverflow: () => void, limit = Math.floor(queueSize() / 4)) {
    this.#limit = limit;
    this.#onOverflow = onOverflow;
  }

  count(): void {
    this.#inThisGo += 1;
    if (this.#inThisGo > 1) return;
    // Runs after the queue was emptied and before it is looked at again.
    setImmediate(() => {
      const overflowed = this.#inThisGo >= this.#limit;
      this.#inThisGo = 0;
      if (overflowed) this.#onOverflow();
    });
  }
}

function queueSize(): number {
  try {
    return Number(readFileSync("/proc/sys/fs/inotify/max_queued_events", "utf8"));
  } catch {
    return 16_384;
  }
}
