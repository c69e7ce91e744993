import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";

export interface RunProcessOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  /** A job's signal: when it aborts, nothing of the program is left within a second. */
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

/** How long a program may take to end itself. A job has 2 s in all. */
const TERM_MS = 400;

/**
 * Runs a program for a job and resolves with its exit code (null when a signal ended it). JavaScript that computes cannot be stopped from outside;
 * a process can: heavy and foreign work of a job belongs in one. Aborting ends the program with all it started, and rejects with the signal's reason.
 */
export async function runProcess(command: string, args: readonly string[], options: RunProcessOptions): Promise<number | null> {
  const { signal, onOutput, ...spawnOptions } = options;
  signal.throwIfAborted();
  // A group of its own, so that what the program starts ends with it.
  const child = spawn(command, args, { ...spawnOptions, stdio: ["ignore", "pipe", "pipe"], detached: true });
  child.stdout.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
  let insist: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(child.pid, "SIGTERM");
    insist = setTimeout(() => killGroup(child.pid, "SIGKILL"), TERM_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    // `close` comes after the last process of the group let go of the output.
    await once(child, "close");
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(insist);
    if (signal.aborted) killGroup(child.pid, "SIGKILL");
  }
  signal.throwIfAborted();
  return child.exitCode;
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
