import { chmod, copyFile, link, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { alreadyExists, bytesOfText, entryNotFound, fileSystemError, inStaging, joined, measure, openFile, ownLike, statOrNull, syncFolder, walkEntries, type ProjectTree, type Reserve, type Walked } from "@coder/work-tree";
import { refuseIntoItself, type Move } from "./move-entries.ts";

/** Copies a file or a folder with all in it, never over something. It appears as a whole: what fails on the way leaves nothing behind. */
export async function copyEntry(tree: ProjectTree, staging: string, { from, to }: Move, reserve: Reserve): Promise<ProjectPath> {
  // Refuse before the work what would be refused after it.
  await tree.at(from, (source) =>
    tree.at(to, async (target) => {
      refuseIntoItself(source, target);
      if (await statOrNull(target.entry)) throw alreadyExists(target.path);
    }),
  );
  await reserve(await measure(tree, from));
  return inStaging(staging, async (temporary) => {
    await copyInto(Buffer.from(temporary), tree, from);
    return tree.at(to, async (target) => {
      const copied = await statOrNull(Buffer.from(temporary));
      if (!copied) throw entryNotFound(from);
      if (copied.isDirectory()) {
        if (await statOrNull(target.entry)) throw alreadyExists(target.path);
        await rename(temporary, target.entry);
      } else {
        await link(temporary, target.entry);
        await rm(temporary);
      }
      await syncFolder(target.folder);
      return target.path;
    });
  });
}

async function copyInto(target: Buffer, tree: ProjectTree, from: ProjectPath): Promise<void> {
  let top: ProjectPath | null = null;
  await walkEntries(tree, from, async (walked) => {
    top ??= walked.path;
    const rest = walked.path.slice(top.length + 1);
    try {
      await copyOne(walked, rest === "" ? target : joined(target, bytesOfText(rest)));
    } catch (error) {
      throw fileSystemError(error, walked.path);
    }
  });
}

async function copyOne({ entry, stats }: Walked, target: Buffer): Promise<void> {
  if (stats.isDirectory()) await mkdir(target, Number(stats.mode & 0o777n) | 0o700);
  else if (stats.isSymbolicLink()) await symlink(await readlink(entry, { encoding: "buffer" }), target);
  else if (!(await copyContent(entry, target))) return;
  if (stats.isFile()) await chmod(target, Number(stats.mode & 0o777n));
  await ownLike(target, stats);
}

/** The content of the very file that was opened, not of what its name leads to by now. Sockets and pipes have none to copy. */
async function copyContent(entry: Buffer, target: Buffer): Promise<boolean> {
  const file = await openFile(entry);
  if (!file) return false;
  try {
    await copyFile(`/proc/self/fd/${file.fd}`, target);
    return true;
  } finally {
    await file.close();
  }
}
