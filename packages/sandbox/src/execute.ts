import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** Where system programs are, whatever the environment says: it is not for programs of the product to be replaced by it. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Where a program lies, so that starting it often does not look into each directory every time; its name when it is nowhere. */
export function whereIs(program: string): string {
  if (program.includes("/")) return program;
  return SYSTEM_PATH.split(":").map((directory) => path.join(directory, program)).find((file) => existsSync(file)) ?? program;
}

export interface Execution {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** Who runs it, where the product is root. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs a program of the system, our own and not a project's, to its end. Never rejects; code 127: it is not there. */
export function execute(file: string, args: readonly string[], { timeoutMs = 10_000, ...as }: ExecuteOptions = {}): Promise<Execution> {
  const { promise, resolve } = Promise.withResolvers<Execution>();
  execFile(file, [...args], { env: { PATH: SYSTEM_PATH, LC_ALL: "C" }, timeout: timeoutMs, killSignal: "SIGKILL", ...as }, (error, stdout, stderr) => {
    if (error === null) return resolve({ code: 0, stdout, stderr });
    if (error.code === "ENOENT") return resolve({ code: 127, stdout, stderr: `${file} is not installed` });
    resolve({ code: typeof error.code === "number" ? error.code : 1, stdout, stderr: stderr || error.message });
  });
  return promise;
}
