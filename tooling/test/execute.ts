import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { once } from "node:events";

const TAIL_BYTES = 6_000;
const GRACE_MS = 5_000;
const groups = new Set<number>();

export interface Execution {
  readonly code: number | null;
  readonly timedOut: boolean;
  /** The end of what it printed. */
  readonly tail: string;
}

export interface ExecuteOptions {
  readonly cwd: string;
  readonly log: string;
  readonly minutes: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly onOutput?: (text: string) => void;
}

/** Runs a program to its end, its whole output into a log, in a process group that goes when the time is up or we go. */
export async function execute(command: readonly string[], { cwd, log, minutes, env, onOutput }: ExecuteOptions): Promise<Execution> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const group = child.pid ?? 0;
  groups.add(group);
  const file$ = createWriteStream(log);
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      file$.write(data);
      tail = (tail + data.toString()).slice(-TAIL_BYTES);
      onOutput?.(data.toString());
    });
  }
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    signal(group, "SIGTERM");
    setTimeout(() => signal(group, "SIGKILL"), GRACE_MS).unref();
  }, minutes * 60_000);
  try {
    const [code] = await once(child, "close");
    return { code: typeof code === "number" ? code : null, timedOut, tail };
  } catch (error) {
    return { code: null, timedOut, tail: `${file} cannot be started: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    clearTimeout(timer);
    // What a test left behind.
    signal(group, "SIGKILL");
    groups.delete(group);
    file$.end();
  }
}

process.once("exit", () => groups.forEach((group) => signal(group, "SIGKILL")));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => process.exit(130));

function signal(group: number, name: NodeJS.Signals): void {
  if (group === 0) return;
  try {
    process.kill(-group, name);
  } catch {
    // It is gone.
  }
}
