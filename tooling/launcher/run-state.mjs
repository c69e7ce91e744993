import { readJson, writeAtomically } from "./files.mjs";
import { codeOf } from "./problem.mjs";
import { endProcesses, processesMarked, startTimeOf } from "./processes.mjs";
import { RUN_MARK } from "./environment.mjs";

/** @import { DataPaths } from "./paths.mjs" */
/** @import { ProcessStatus } from "./supervised-process.mjs" */

/**
 * What `$CODER_DATA/run/state.json` holds: who runs, since when, and how often it had to be started again. The health page shows it; the next start
 * finds in it what a killed launcher left behind.
 *
 * @typedef {object} RunState
 * @property {1} version
 * @property {string} updatedAt
 * @property {{ pid: number, startTime: string | null, since: string, node: string }} launcher
 * @property {string | null} address Where people reach the product; null until it is ready.
 * @property {readonly ProcessStatus[]} processes
 */

/** Writes the state whenever something changed. */
export class RunStateFile {
  #paths;
  #since = new Date().toISOString();
  /** @type {string | null} */
  #address = null;
  /** @type {readonly ProcessStatus[]} */
  #processes = [];

  /** @param {DataPaths} paths */
  constructor(paths) {
    this.#paths = paths;
  }

  /** @param {{ address?: string | null, processes?: readonly ProcessStatus[] }} change */
  update({ address = this.#address, processes = this.#processes }) {
    this.#address = address;
    this.#processes = processes;
    /** @type {RunState} */
    const state = {
      version: 1,
      updatedAt: new Date().toISOString(),
      launcher: { pid: process.pid, startTime: startTimeOf(process.pid), since: this.#since, node: process.versions.node },
      address,
      processes,
    };
    try {
      writeAtomically(this.#paths.state, `${JSON.stringify(state, null, 2)}\n`);
    } catch (error) {
      // A full disk is told by the health page; it must not end the launcher, which keeps the rest alive.
      if (codeOf(error) === undefined) throw error;
    }
  }
}

/**
 * Ends what an earlier launcher of this data directory left running: the processes it recorded, if they still are the ones it recorded, and every other
 * that carries its mark. Only for the holder of the data directory's lock.
 *
 * @param {DataPaths} paths
 * @returns {Promise<number>} How many there were.
 */
export async function endOrphans(paths) {
  const recorded = recordedProcesses(readJson(paths.state)).filter(({ pid, startTime }) => startTimeOf(pid) === startTime);
  const servers = recorded.filter(({ name }) => name === "PostgreSQL").map(({ pid }) => pid);
  const marked = processesMarked(RUN_MARK, paths.directory);
  const others = [...new Set([...recorded.map(({ pid }) => pid), ...marked])].filter((pid) => !servers.includes(pid));
  await endProcesses(others, "SIGTERM", 5_000);
  await endProcesses(servers, "SIGINT", 15_000);
  return others.length + servers.length;
}

/**
 * @param {unknown} state
 * @returns {{ name: string, pid: number, startTime: string }[]}
 */
function recordedProcesses(state) {
  if (typeof state !== "object" || state === null || !("processes" in state) || !Array.isArray(state.processes)) return [];
  return state.processes.filter(
    (/** @type {unknown} */ each) =>
      typeof each === "object" && each !== null && "pid" in each && Number.isInteger(each.pid) && "startTime" in each && typeof each.startTime === "string" && "name" in each && typeof each.name === "string",
  );
}
