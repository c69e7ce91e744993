import { asProblem, messageOf, Problem, Stopped } from "./problem.mjs";

const LABEL_WIDTH = 34;
const REDRAW_MS = 100;
const PLAIN_PROGRESS_MS = 5_000;

/**
 * What a running step may say.
 *
 * @typedef {object} Step
 * @property {(done: number, total: number, what: string) => void} progress Counts things that are really done.
 * @property {(detail: string) => void} detail What the step found or did; stands in its final line.
 */

/** Prints steps with their time, news of the running product, and problems with their remedy. Redraws a line on a terminal, appends lines elsewhere. */
export class Terminal {
  #out;
  #tty;
  #startedAt = Date.now();

  /** @param {{ write(text: string): unknown, isTTY?: boolean }} [out] */
  constructor(out = process.stdout) {
    this.#out = out;
    this.#tty = out.isTTY === true;
  }

  /** @param {string} text */
  line(text = "") {
    this.#out.write(`${this.#tty ? "\r\x1b[2K" : ""}${text}\n`);
  }

  /**
   * A line that is no part of a command's output: it goes to standard error.
   *
   * @param {string} text
   */
  note(text) {
    process.stderr.write(`${text}\n`);
  }

  /** Time since the launcher began, for the last line of a start. */
  elapsed() {
    return seconds(Date.now() - this.#startedAt);
  }

  /**
   * @template Value
   * @param {string} label
   * @param {(step: Step) => Promise<Value> | Value} work
   * @returns {Promise<Value>}
   */
  async step(label, work) {
    const startedAt = Date.now();
    let detail = "";
    let lastDrawn = 0;
    const draw = (/** @type {string} */ text) => {
      const now = Date.now();
      if (now - lastDrawn < (this.#tty ? REDRAW_MS : PLAIN_PROGRESS_MS)) return;
      lastDrawn = now;
      if (this.#tty) this.#out.write(`\r\x1b[2K  … ${label.padEnd(LABEL_WIDTH)} ${text}`);
      else if (text) this.line(`  … ${label.padEnd(LABEL_WIDTH)} ${text}`);
    };
    if (this.#tty) draw("");
    else lastDrawn = Date.now();
    try {
      const value = await work({
        progress: (done, total, what) => draw(`${done} of ${total} ${what}`),
        detail: (text) => {
          detail = text;
        },
      });
      this.line(`  ✓ ${label.padEnd(LABEL_WIDTH)} ${seconds(Date.now() - startedAt).padStart(7)}${detail ? `   ${detail}` : ""}`);
      return value;
    } catch (error) {
      if (!(error instanceof Stopped)) this.line(`  ✗ ${label.padEnd(LABEL_WIDTH)} ${seconds(Date.now() - startedAt).padStart(7)}`);
      throw error;
    }
  }

  /** @param {unknown} thrown */
  problem(thrown) {
    if (thrown instanceof Stopped) return;
    const error = asProblem(thrown);
    this.line();
    if (!(error instanceof Problem)) {
      this.line(error instanceof Error && error.stack ? error.stack : messageOf(error));
      return;
    }
    this.line(error.message);
    if (error.details) this.line(error.details.trimEnd().replace(/^/gm, "    "));
    this.line(`→ ${error.remedy}`);
  }
}

/** @param {number} milliseconds */
export function seconds(milliseconds) {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
