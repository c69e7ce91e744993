type Work = () => Promise<unknown> | unknown;

/** A statement that hangs had its time with the request it belonged to: what stands below does not wait for it again. */
const LET_GO_MS = 2_000;

/**
 * What a process has to end. Work that runs is drained first, all of it side by side and each within its own deadline; then what was opened is closed,
 * last opened first. Nothing that fails or hangs keeps the rest from being ended.
 */
export class Shutdown {
  readonly #drains: Work[] = [];
  readonly #closers: Work[] = [];
  readonly #letGoMs: number;

  constructor({ letGoMs = LET_GO_MS }: { readonly letGoMs?: number } = {}) {
    this.#letGoMs = letGoMs;
  }

  drains(work: Work): void {
    this.#drains.push(work);
  }

  closes(work: Work): void {
    this.#closers.push(work);
  }

  /** Ends everything, once. Rejects with what failed, after the rest has ended. */
  async run(): Promise<void> {
    const drained = await Promise.allSettled(this.#drains.splice(0).map(async (work) => work()));
    const failures: unknown[] = drained.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    for (const closer of this.#closers.splice(0).reverse()) {
      await this.#bounded(closer).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, "Several parts could not be ended");
  }

  async #bounded(closer: Work): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#letGoMs);
    try {
      await Promise.race([(async () => closer())(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
