import { spawn } from "node:child_process";

export interface Killed {
  readonly killed: boolean;
  readonly out: string;
}

/** Runs a program of Node to its end, whether that is its own or SIGKILL. Anything else is a failure. */
export function runUntilKilled(program: string, args: readonly string[], onOutput: (said: string, kill: () => void) => void = () => undefined): Promise<Killed> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    onOutput(out, () => void child.kill("SIGKILL"));
  });
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL" || code === 0) resolve({ killed: signal === "SIGKILL", out });
      else reject(new Error(errors));
    });
  });
}
