import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { QueueStoreFixture } from "./queue-store-fixture.ts";

export interface WorkerProcess {
  readonly ready: Promise<void>;
  /** SIGKILL: it gets no chance to put anything away. */
  kill(): Promise<void>;
}

export function startWorkerProcess({ config, effectsUrl }: QueueStoreFixture): WorkerProcess {
  const script = fileURLToPath(new URL("./worker-process.ts", import.meta.url));
  const child = fork(script, [JSON.stringify({ config, effectsUrl })], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ready = untilReady(child);
  // One that is killed before it was ready matters only to those who wait for it.
  ready.catch(() => undefined);
  return { ready, kill: () => kill(child) };
}

async function untilReady(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`The worker ended before it was ready: ${code ?? signal}`);
  });
  await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
