import { readFile } from "node:fs/promises";

/**
 * What processes had written to disks, less what was deleted before it got there: bytes, from `/proc/PID/io` (proc(5)). Of those that ended it is counted in whoever waited
 * for them. Any program can forbid everybody but root to look at it: then it may be as much as there is.
 */
export async function writtenBytes(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/io`, "utf8").then(writtenIn, (error: unknown) => (isForbidden(error) ? Number.POSITIVE_INFINITY : 0))));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

function writtenIn(text: string): number {
  return field(text, "write_bytes") - field(text, "cancelled_write_bytes");
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}
