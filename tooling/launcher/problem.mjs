/** Something the person at the terminal can put right: printed as two sentences, without a stack. */
export class Problem extends Error {
  /**
   * @param {string} message What is wrong.
   * @param {string} remedy What to do now.
   * @param {{ details?: string, cause?: unknown }} [more] `details`: the last lines of a log.
   */
  constructor(message, remedy, { details = "", cause } = {}) {
    super(message, { cause });
    this.remedy = remedy;
    this.details = details;
  }
}

/** The person stopped it. Ends quietly. */
export class Stopped extends Error {
  /** @param {NodeJS.Signals} [by] */
  constructor(by) {
    super("Stopped");
    this.by = by;
  }
}

/**
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function codeOf(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
