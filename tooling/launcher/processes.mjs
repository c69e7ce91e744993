import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "./problem.mjs";

const POLL_MS = 25;

/**
 * When a process began, in a form that two processes with the same pid never share on one boot. `null` when there is none.
 *
 * @param {number} pid
 * @returns {string | null}
 */
export function startTimeOf(pid) {
  if (process.platform !== "linux") {
    try {
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() || null;
    } catch {
      return null;
    }
  }
  const fields = statOf(pid);
  // Field 3 is the state, field 22 the start in clock ticks since boot; a zombie is no process any more.
  return fields === null || fields[0] === "Z" || fields[0] === "X" ? null : `${bootId()}:${fields[19]}`;
}

/** @param {number} pid */
export function isAlive(pid) {
  return startTimeOf(pid) !== null;
}

/**
 * @param {number} pid
 * @returns {string}
 */
export function commandLineOf(pid) {
  try {
    return process.platform === "linux"
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}

/**
 * @param {number} pid
 * @returns {string | null} `null` where it cannot be known.
 */
export function workingDirectoryOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/**
 * Processes whose environment holds this exact entry: everything a launcher started, and everything that was started from there. Linux only.
 *
 * @param {string} name
 * @param {string} value
 * @returns {number[]}
 */
export function processesMarked(name, value) {
  if (process.platform !== "linux") return [];
  const entry = `${name}=${value}`;
  const own = ancestors(process.pid);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 1 && !own.has(pid) && environmentOf(pid).includes(entry) && isAlive(pid));
}

/**
 * Ends processes with a signal, and with SIGKILL those that are still there after a while. Start times are checked again before the second signal.
 *
 * @param {readonly number[]} pids
 * @param {NodeJS.Signals} signal
 * @param {number} graceMs
 */
export async function endProcesses(pids, signal, graceMs) {
  const targets = pids.map((pid) => ({ pid, startTime: startTimeOf(pid) })).filter(({ startTime }) => startTime !== null);
  const remaining = () => targets.filter(({ pid, startTime }) => startTimeOf(pid) === startTime);
  for (const { pid } of targets) send(pid, signal);
  const deadline = Date.now() + graceMs;
  while (remaining().length > 0 && Date.now() < deadline) await delay(POLL_MS);
  for (const { pid } of remaining()) send(pid, "SIGKILL");
  const last = Date.now() + 5_000;
  while (remaining().length > 0 && Date.now() < last) await delay(POLL_MS);
  return remaining().map(({ pid }) => pid);
}

/**
 * @param {number} pid Negative: the process group.
 * @param {NodeJS.Signals} signal
 * @returns {boolean} Whether there was somebody to signal.
 */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === "ESRCH" || codeOf(error) === "EPERM") return false;
    throw error;
  }
}

/** @param {number} pid */
function ancestors(pid) {
  const found = new Set();
  for (let current = pid; current > 1 && !found.has(current); ) {
    found.add(current);
    current = Number(statOf(current)?.[1] ?? 0);
  }
  return found;
}

/**
 * The fields of /proc/PID/stat from the third on; the second, the name, may hold spaces and brackets.
 *
 * @param {number} pid
 */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** @param {number} pid */
function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** @type {string | undefined} */
let knownBootId;
function bootId() {
  knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return knownBootId;
}
