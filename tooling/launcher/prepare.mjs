import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { buildWeb, generateClient } from "./build.mjs";
import { PREPARE_MARK } from "./environment.mjs";
import { installPackages } from "./install.mjs";
import { acquireLock, LockHeldError } from "./lock.mjs";
import { ensureNode } from "./node-runtime.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { Stopped } from "./problem.mjs";
import { endProcesses, processesMarked } from "./processes.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { Terminal } from "./terminal.mjs" */

const WAIT_MS = 250;

/**
 * Brings the clone to where its programs can run: Node 24, packages, the generated database client and, when asked for, the built pages. Whatever is up to
 * date is left alone. One at a time per clone.
 *
 * @param {{ terminal: Terminal, signal?: AbortSignal | undefined, web?: boolean, quiet?: boolean }} options `quiet`: say nothing of what is unchanged.
 * @returns {Promise<NodeRuntime>}
 */
export async function prepare({ terminal, signal, web = false, quiet = false }) {
  const lock = await lockClone(terminal, signal);
  try {
    // With the lock in hand, nobody prepares this clone rightfully but us.
    await endProcesses(processesMarked(PREPARE_MARK, ROOT), "SIGTERM", 3_000);
    const step = quiet ? quietly(terminal) : terminal.step.bind(terminal);
    const runtime = await step("Node", async (current) => {
      const found = await ensureNode(signal ? { signal } : {});
      current.detail(found.version);
      return found;
    });
    await step("Packages", (current) => installPackages({ runtime, step: current, signal }));
    await step("Database client", async (current) => current.detail((await generateClient({ runtime, signal })) ? "generated" : "unchanged"));
    if (web) await step("Pages", async (current) => current.detail((await buildWeb({ runtime, signal })) ? "built" : "unchanged"));
    return runtime;
  } finally {
    await lock.release();
  }
}

/**
 * @param {Terminal} terminal
 * @param {AbortSignal | undefined} signal
 */
async function lockClone(terminal, signal) {
  mkdirSync(inClone(".tools"), { recursive: true });
  for (let told = false; ; ) {
    try {
      return await acquireLock(inClone(".tools", "lock-id"));
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      if (!told) terminal.line(`  … Process ${String(error.holder["pid"] ?? "(unknown)")} installs or builds in this clone; waiting for it`);
      told = true;
      await delay(WAIT_MS, undefined, { signal }).catch(() => {
        throw new Stopped();
      });
    }
  }
}

/**
 * Steps that appear only when they take long enough to be wondered about.
 *
 * @param {Terminal} terminal
 * @returns {Terminal["step"]}
 */
function quietly(terminal) {
  return async (label, work) => {
    let announced = false;
    const timer = setTimeout(() => {
      announced = true;
      terminal.note(`  … ${label}`);
    }, 1_000);
    try {
      return await work({ progress: () => undefined, detail: () => undefined });
    } finally {
      clearTimeout(timer);
      if (announced) terminal.note(`  ✓ ${label}`);
    }
  };
}
