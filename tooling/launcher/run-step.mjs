import { spawn } from "node:child_process";
import { send } from "./processes.mjs";
import { Problem, Stopped } from "./problem.mjs";

const TAIL_BYTES = 8_192;
const TAIL_LINES = 25;
const GRACE_MS = 5_000;

/**
 * Runs a program to its end in a process group of its own, so that nothing it starts outlives a stop.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {object} options
 * @param {string} options.cwd
 * @param {NodeJS.ProcessEnv} options.env
 * @param {AbortSignal | undefined} [options.signal] Ends the whole group; the promise rejects with `Stopped`.
 * @param {string} [options.input] For its standard input.
 * @param {(line: string) => void} [options.onLine] Each line of its standard output.
 * @param {(details: string, code: number | null) => Error} [options.failure]
 * @returns {Promise<string>} The end of what it printed.
 */
export function runStep(file, args, { cwd, env, signal, input, onLine, failure }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Stopped());
    const child = spawn(file, [...args], { cwd, env, detached: true, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
    let tail = "";
    let partial = "";
    const keep = (/** @type {Buffer} */ data) => {
      tail = (tail + data.toString()).slice(-TAIL_BYTES);
    };
    child.stdout?.on("data", (/** @type {Buffer} */ data) => {
      keep(data);
      if (!onLine) return;
      const lines = (partial + data.toString()).split("\n");
      partial = lines.pop() ?? "";
      lines.forEach(onLine);
    });
    child.stderr?.on("data", keep);
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
    const stop = () => {
      if (child.pid === undefined) return;
      const group = -child.pid;
      send(group, "SIGTERM");
      setTimeout(() => send(group, "SIGKILL"), GRACE_MS).unref();
    };
    const killNow = () => child.pid !== undefined && send(-child.pid, "SIGKILL");
    signal?.addEventListener("abort", stop, { once: true });
    process.once("exit", killNow);
    const settle = () => {
      signal?.removeEventListener("abort", stop);
      process.off("exit", killNow);
    };
    child.on("error", (error) => {
      settle();
      reject(new Problem(`${file} cannot be started (${error.message}).`, "Check that the file exists and may be executed.", { cause: error }));
    });
    child.on("close", (code, killedBy) => {
      settle();
      if (partial) onLine?.(partial);
      if (signal?.aborted) return reject(new Stopped());
      if (code === 0) return resolve(tail);
      const details = tail.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
      reject(failure?.(details, code) ?? new Problem(`${[file, ...args].join(" ")} failed (${code === null ? `ended by ${killedBy}` : `exit code ${code}`}).`, "See its last lines above.", { details }));
    });
  });
}
