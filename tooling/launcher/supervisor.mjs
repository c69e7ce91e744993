import { Stopped } from "./problem.mjs";
import { SupervisedProcess } from "./supervised-process.mjs";

/** @import { ProcessSpec, ProcessStatus, ProcessOptions } from "./supervised-process.mjs" */

/** Keeps a set of processes running and ends them in the reverse of the order in which they were started. */
export class Supervisor {
  /** @type {SupervisedProcess[][]} */
  #groups = [];
  #options;
  #onChange;

  /** @param {Omit<ProcessOptions, "onChange" | "backoff"> & { onChange?: (statuses: readonly ProcessStatus[]) => void, makeBackoff?: () => NonNullable<ProcessOptions["backoff"]> }} [options] */
  constructor({ onChange, ...options } = {}) {
    this.#options = options;
    this.#onChange = onChange;
  }

  get statuses() {
    return this.#groups.flat().map(({ status }) => status);
  }

  /**
   * Starts processes together and waits until all are ready. Groups matter at the end alone: a later one ends before an earlier one.
   *
   * @param {readonly (readonly ProcessSpec[])[]} groups
   * @param {{ onProgress?: (ready: number) => void, signal?: AbortSignal }} [options] `signal`: stop waiting; the processes stay until `stop`.
   */
  async start(groups, { onProgress, signal } = {}) {
    const { makeBackoff, ...options } = this.#options;
    const onChange = () => this.#onChange?.(this.statuses);
    const added = groups.map((specs) => specs.map((spec) => new SupervisedProcess(spec, { ...options, ...(makeBackoff ? { backoff: makeBackoff() } : {}), onChange })));
    this.#groups.push(...added);
    let ready = 0;
    const all = Promise.all(
      added.flat().map(async (each) => {
        await each.start();
        ready += 1;
        onProgress?.(ready);
      }),
    );
    await (signal ? Promise.race([all, aborted(signal)]) : all);
  }

  /** Ends everything in order: within a group together, groups one after the other, the last started first. */
  async stop() {
    for (const group of [...this.#groups].reverse()) await Promise.all(group.map((each) => each.stop()));
  }

  /** Ends everything at once; `stop` still waits for it. */
  kill() {
    for (const each of this.#groups.flat()) each.kill();
  }

  killGroups() {
    for (const each of this.#groups.flat()) each.killGroup();
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function aborted(signal) {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new Stopped());
    signal.addEventListener("abort", () => reject(new Stopped()), { once: true });
  });
}
