import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome } from "./driver.ts";

const GONE_MS = 2_000;

/** How a shell tells it: 128 and the signal's number. */
export function outcomeOf(code: number): Outcome {
  const signal = signalOf(code - 128);
  return signal === null ? { exitCode: code, signal: null } : { exitCode: null, signal };
}

function signalOf(number: number): NodeJS.Signals | null {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number && isSignal(name)) return name;
  return null;
}

function isSignal(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}

/** Resolves when no process is left, or after 2 s: a process that the kernel does not let go of holds up nobody. */
export async function untilGone(alive: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + GONE_MS;
  for (let wait = 1; (await alive()) && Date.now() < deadline; wait = Math.min(wait * 2, 50)) await delay(wait);
}

/** A process that has ended and waits for somebody to ask how (a zombie) does nothing any more. */
export function isRunning(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(text.slice(text.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Signals a process, or a group by its negative id. One that is gone is no failure. */
export function sendKill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
