import { chmodSync, closeSync, constants, fstatSync, openSync } from "node:fs";
import { rename } from "node:fs/promises";
import { O_PATH } from "./o-path.ts";

const WRITE = 0o200;

/**
 * Renames, also a folder that its owner may not write to: the kernel asks for that where the folder above becomes another, and the owner is us where the product is not root.
 * It has the right for that moment.
 */
export async function renameOurs(from: string | Buffer, to: string | Buffer): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EACCES") || !(await renamedWritable(from, to))) throw error;
  }
}

/** False: that is not what it wants. By a descriptor: what comes to be at the name meanwhile keeps its mode. */
async function renamedWritable(from: string | Buffer, to: string | Buffer): Promise<boolean> {
  const folder = openSync(from, O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  try {
    const mode = fstatSync(folder).mode & 0o7777;
    if ((mode & WRITE) !== 0) return false;
    chmodSync(`/proc/self/fd/${folder}`, mode | WRITE);
    try {
      await rename(from, to);
    } finally {
      chmodSync(`/proc/self/fd/${folder}`, mode);
    }
    return true;
  } finally {
    closeSync(folder);
  }
}
