import { constants } from "node:fs";
import { lchown, lstat, open, type FileHandle } from "node:fs/promises";
import { invalidRun } from "../errors.ts";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Owner and group may write what the owner may read. Other bits, the executable ones too, stay. */
const SHARED = 0o660;
const SHARED_DIRECTORY = 0o770;

/**
 * Gives one file or directory below `tree` to `id`. Every directory on the way is opened by itself and without following links, so a run that swaps one for
 * a link at the same time cannot lead it out of the tree. False: it is not there (any more).
 */
export async function adopt(tree: string, relative: string, id: number): Promise<boolean> {
  const parts = relative.split("/").filter((part) => part !== "" && part !== ".");
  const name = parts.pop();
  if (name === undefined || [...parts, name].includes("..") || relative.includes("\0")) throw invalidRun(`${relative} is no path inside a work tree`);
  let folder = await open(tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    for (const part of parts) {
      const next = await open(below(folder, part), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      await folder.close();
      folder = next;
    }
    await give(below(folder, name), id);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  } finally {
    await folder.close();
  }
}

/** `entry` has one part below an open directory: only that part can be a link, and it is not followed. */
async function give(entry: string, id: number): Promise<void> {
  const found = await lstat(entry);
  if (!found.isFile() && !found.isDirectory()) return lchown(entry, id, id);
  const handle = await open(entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { mode } = await handle.stat();
    await handle.chown(id, id);
    await handle.chmod((mode & 0o777) | (found.isDirectory() ? SHARED_DIRECTORY : SHARED));
  } finally {
    await handle.close();
  }
}

function below(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

/** Not there, or what was a directory is a link or a file by now. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "ELOOP");
}
