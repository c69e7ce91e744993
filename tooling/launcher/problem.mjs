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

/**
 * What the machine refuses whoever asks, as something to put right; anything else as it is.
 *
 * @param {unknown} error
 */
export function asProblem(error) {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") return new Problem("There is no space left on a disk.", "Free some space where the data directory and this clone lie, then start again; what was stored is kept.", { details: messageOf(error), cause: error });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return new Problem("This user may not do what has to be done.", "Give this user the right to write there, or set CODER_DATA to another directory.", { details: messageOf(error), cause: error });
  return error;
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
