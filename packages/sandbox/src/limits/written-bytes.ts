import { readFile } from "node:fs/promises";

/**
 * What processes had written to disks, less what was deleted before it got there: bytes, from `/proc/PID/io` (proc(5)). Of those that ended it is counted in whoever waited
 * for them. 0 for those that nobody may look at.
 */
export async function writtenBytes(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/io`, "utf8").catch(() => "")));
  return each.reduce((sum, text) => sum + field(text, "write_bytes") - field(text, "cancelled_write_bytes"), 0);
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}
