import { randomUUID } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { removeAll } from "./remove-all.ts";

const PREFIX = "file-";

/** The path of something that does not exist yet, on the file system of the tree. What a process leaves there that dies is removed with `removeLeftovers`. */
export function temporaryIn(staging: string): string {
  return path.join(staging, PREFIX + randomUUID());
}

/** Gives `use` the path of something that does not exist yet, on the file system of the tree; what is still there afterwards is removed. */
export async function inStaging<Result>(staging: string, use: (temporary: string) => Promise<Result>): Promise<Result> {
  await mkdir(staging, { recursive: true });
  const temporary = temporaryIn(staging);
  try {
    return await use(temporary);
  } finally {
    await removeAll(temporary);
  }
}

/** Removes what processes left that died in the middle of a write. */
export async function removeLeftovers(staging: string, before: Date): Promise<void> {
  const names = await readdir(staging).catch(() => []);
  for (const name of names) {
    const at = path.join(staging, name);
    const stats = name.startsWith(PREFIX) ? await stat(at).catch(() => null) : null;
    if (stats && stats.mtime < before) await removeAll(at);
  }
}
