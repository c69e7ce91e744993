import type { IndexMethods } from "./index-methods.ts";
import { Thread } from "./Thread.ts";

/** A thread takes a third of a second to start and some memory to keep: one waits for the next run for so long. */
const IDLE_MS = 60_000;

/** Threads for runs, one each. */
export class IndexThreads {
  #idle: { readonly thread: Thread<IndexMethods>; readonly timer: NodeJS.Timeout } | null = null;

  /** A thread for one run: hand it back, or end it. */
  take(): Thread<IndexMethods> {
    const idle = this.#idle;
    this.#idle = null;
    clearTimeout(idle?.timer);
    return idle?.thread.alive ? idle.thread : new Thread<IndexMethods>(new URL("./index-thread.ts", import.meta.url));
  }

  /** Takes back a thread whose run has ended well. */
  async giveBack(thread: Thread<IndexMethods>): Promise<void> {
    if (this.#idle || !thread.alive) return thread.end();
    const timer = setTimeout(() => void this.stop(), IDLE_MS).unref();
    this.#idle = { thread, timer };
    await thread.ask.reset(null).catch(() => undefined);
  }

  async stop(): Promise<void> {
    const idle = this.#idle;
    this.#idle = null;
    clearTimeout(idle?.timer);
    await idle?.thread.end();
  }
}
