import { spawn } from "node:child_process";
import { childEnvironment } from "./environment.mjs";
import { ROOT } from "./paths.mjs";
import { Stopped } from "./problem.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */

/**
 * Runs a program of the clone at the person's terminal: its output is theirs, Ctrl-C reaches it, its exit code is ours.
 *
 * @param {NodeRuntime} runtime
 * @param {readonly string[]} args
 * @param {{ env?: Readonly<Record<string, string | undefined>>, input?: string, signal?: AbortSignal }} [options] `signal`: hand on a stop.
 * @returns {Promise<number>}
 */
export function runProgram(runtime, args, { env = {}, input, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime.node, [...args], { cwd: ROOT, env: childEnvironment(runtime.folder, env), stdio: [input === undefined ? "inherit" : "pipe", "inherit", "inherit"] });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
    const hand = () => {
      // A Ctrl-C reaches the whole group at the terminal: the program has it already.
      const typed = signal?.reason instanceof Stopped && signal.reason.by === "SIGINT" && process.stdin.isTTY;
      if (!typed) child.kill("SIGTERM");
    };
    signal?.addEventListener("abort", hand, { once: true });
    process.once("exit", hand);
    child.on("error", reject);
    child.on("exit", (code) => {
      signal?.removeEventListener("abort", hand);
      process.off("exit", hand);
      resolve(code ?? 1);
    });
  });
}
