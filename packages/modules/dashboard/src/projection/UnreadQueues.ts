/** Queues that have to be read whole: each once, whoever noted it and how often. */
export class UnreadQueues {
  readonly #queues = new Set<string>();
  #wake = Promise.withResolvers<void>();

  add(queue: string): void {
    this.#queues.add(queue);
    this.#wake.resolve();
  }

  /** The one that waits longest; undefined when the signal aborts first. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    const stop = (): void => this.#wake.resolve();
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) {
        const [queue] = this.#queues;
        if (queue !== undefined) {
          this.#queues.delete(queue);
          return queue;
        }
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
      }
      return undefined;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}
