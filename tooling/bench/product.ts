import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const START_MS = 8 * 60_000;
const POLL_MS = 100;

export interface RunningProduct {
  readonly url: string;
  /** Ends every process of it. */
  stop(): Promise<void>;
}

/** `npm start` in a clone, on a data directory. Resolves when the launcher has written the address, which it does once every process is ready. */
export async function startProduct(clone: string, data: string): Promise<RunningProduct> {
  const state = path.join(data, "run/state.json");
  const started = performance.now();
  const child = spawn(process.execPath, ["tooling/coder.mjs", "start"], { cwd: clone, env: { ...process.env, CODER_DATA: data, PORT: "0", LOG_LEVEL: "warn" }, stdio: "ignore" });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  };
  try {
    for (;;) {
      const url = readAddress(state, child.pid);
      if (url !== null) return { url, stop };
      if (child.exitCode !== null) throw new Error(`The product ended with ${child.exitCode} before it was ready`);
      if (performance.now() - started > START_MS) throw new Error(`The product was not ready within ${START_MS / 1000} s`);
      await delay(POLL_MS);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

const StateSchema = z.object({ address: z.string().nullable(), launcher: z.object({ pid: z.number() }) });

/** The address that this launcher, and not one before it, has written. */
function readAddress(file: string, pid: number | undefined): string | null {
  if (!existsSync(file)) return null;
  const { address, launcher } = StateSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  return launcher.pid === pid ? address : null;
}
