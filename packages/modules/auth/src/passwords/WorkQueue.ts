/** Says that all places are taken and as many as may wait are waiting. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

export interface WorkLimits {
  readonly concurrency: number;
  readonly queueLimit: number;
}

/** Runs a few things side by side, lets a few wait in line, and turns the rest away at once. */
export class WorkQueue {
  readonly #limits: () => WorkLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #refused = 0;

  constructor(limits: () => WorkLimits) {
    this.#limits = limits;
  }

  /** How many were turned away since the start. */
  get refused(): number {
    return this.#refused;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#admit();
    }
  }

  async #enter(): Promise<void> {
    const { concurrency, queueLimit } = this.#limits();
    if (this.#running < concurrency && this.#waiting.length === 0) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= queueLimit) {
      this.#refused += 1;
      throw new QueueFullError("Too much is waiting already");
    }
    // Whoever makes room counts the next one as running, so nobody can slip in between.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #admit(): void {
    while (this.#running < this.#limits().concurrency) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running += 1;
      next();
    }
  }
}
