const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** Who ran this long has recovered: the next failure counts as the first. */
const STABLE_MS = 60_000;

/** How long to wait before a process is started again: longer with each failure in a row. */
export class Backoff {
  #failures = 0;
  #firstMs;
  #stableMs;

  /** @param {{ firstMs?: number, stableMs?: number }} [options] */
  constructor({ firstMs = FIRST_MS, stableMs = STABLE_MS } = {}) {
    this.#firstMs = firstMs;
    this.#stableMs = stableMs;
  }

  /**
   * @param {number} ranMs How long the process was ready before it ended.
   * @returns {number} Milliseconds to wait now.
   */
  next(ranMs) {
    if (ranMs >= this.#stableMs) this.#failures = 0;
    this.#failures += 1;
    return Math.min(LONGEST_MS, this.#firstMs * 2 ** (this.#failures - 1));
  }
}
