import type { BigIntStats } from "node:fs";
import { opendir } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { textOfBytes } from "./path-bytes.ts";
import { isGone, tooManyEntries } from "./errors.ts";
import { joined, statAt, statOrNull, type ProjectTree } from "./ProjectTree.ts";

/** Most files and folders that one operation takes with it. */
export const MAX_WALKED = 500_000;
const READ_AT_ONCE = 256;

export interface Walked {
  readonly path: ProjectPath;
  /** The entry through the descriptor of its folder; good until `visit` has ended. */
  readonly entry: Buffer;
  readonly stats: BigIntStats;
}

/**
 * Visits an entry and all that is in it, folders before what they hold, one at a time. Each folder is reached anew from the project, so that nothing
 * which happens to the tree meanwhile leads out of it, and no depth is too deep. Links are entries and are not followed; what goes away is passed over.
 */
export async function walkEntries(tree: ProjectTree, path: ProjectPath, visit: (walked: Walked) => Promise<void> | void, maxEntries = MAX_WALKED): Promise<void> {
  const folders: ProjectPath[] = [];
  let count = 0;
  const meet = async (walked: Walked): Promise<void> => {
    count += 1;
    if (count > maxEntries) throw tooManyEntries(maxEntries);
    await visit(walked);
    if (walked.stats.isDirectory()) folders.push(walked.path);
  };
  await tree.at(path, async (place) => meet({ path: place.path, entry: place.entry, stats: await statAt(place) }));
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      await visitChildren(tree, folder, meet);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

async function visitChildren(tree: ProjectTree, folder: ProjectPath, meet: (walked: Walked) => Promise<void>): Promise<void> {
  await tree.in(folder, async (through) => {
    for await (const { name } of await opendir(through.toString(), { bufferSize: READ_AT_ONCE, encoding: "latin1" })) {
      const bytes = Buffer.from(name, "latin1");
      const entry = joined(through, bytes);
      const stats = await statOrNull(entry);
      if (stats) await meet({ path: `${folder}/${textOfBytes(bytes)}`, entry, stats });
    }
  });
}

export interface Measured {
  /** Files and links. */
  files: number;
  bytes: number;
}

/** What an entry and all in it take. */
export async function measure(tree: ProjectTree, path: ProjectPath, maxEntries = MAX_WALKED): Promise<Measured> {
  const measured = { files: 0, bytes: 0 };
  await walkEntries(tree, path, ({ stats }) => {
    if (stats.isDirectory()) return;
    measured.files += 1;
    if (stats.isFile()) measured.bytes += Number(stats.size);
  }, maxEntries);
  return measured;
}
