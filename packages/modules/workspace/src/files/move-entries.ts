import type { BigIntStats } from "node:fs";
import { link, mkdir, stat, unlink } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { alreadyExists, ownLike, renameOurs, statAt, statOrNull, syncFolder, type Place, type ProjectTree } from "@coder/work-tree";
import { intoItself } from "./errors.ts";

export interface Move {
  readonly from: ProjectPath;
  readonly to: ProjectPath;
}

/** Makes a folder whose parent is there. `already_exists`, `entry_not_found`. */
export async function createFolder(tree: ProjectTree, path: ProjectPath): Promise<ProjectPath> {
  return tree.at(path, async (place) => {
    await mkdir(place.entry);
    await ownLike(place.entry, await stat(place.folder, { bigint: true }));
    await syncFolder(place.folder);
    return place.path;
  });
}

/** All of them or none: when one fails, those before it go back. Never replaces anything. Returns where everything is now. */
export async function moveEntries(tree: ProjectTree, moves: readonly Move[]): Promise<readonly ProjectPath[]> {
  const done: Move[] = [];
  try {
    for (const move of moves) done.push(await moveEntry(tree, move));
  } catch (error) {
    for (const { from, to } of done.reverse()) await moveEntry(tree, { from: to, to: from });
    throw error;
  }
  return done.map(({ to }) => to);
}

async function moveEntry(tree: ProjectTree, { from, to }: Move): Promise<Move> {
  return tree.at(from, async (source) =>
    tree.at(to, async (target) => {
      refuseIntoItself(source, target);
      await moveWithoutReplacing(source, target);
      return { from: source.path, to: target.path };
    }),
  );
}

export function refuseIntoItself(source: Pick<Place, "path">, target: Pick<Place, "path">): void {
  if (target.path.startsWith(`${source.path}/`)) throw intoItself(target.path);
}

/** Moves within one file system. A file takes the new name before it loses the old, so that nothing can be replaced and nothing lost. */
export async function moveWithoutReplacing(source: Place, target: Place): Promise<void> {
  const stats = await statAt(source);
  if (stats.isDirectory()) {
    // A rename replaces at most an empty folder, and that only if it appears at this moment.
    if (await statOrNull(target.entry)) throw alreadyExists(target.path);
    await renameOurs(source.entry, target.entry);
  } else {
    await link(source.entry, target.entry);
    await unlinkSame(source, stats);
  }
  await syncFolder(target.folder);
  await syncFolder(source.folder);
}

/** Whoever put something else in the place meanwhile keeps it. */
async function unlinkSame(source: Place, stats: BigIntStats): Promise<void> {
  const now = await statOrNull(source.entry);
  if (now?.ino === stats.ino) await unlink(source.entry);
}
