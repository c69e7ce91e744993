import { opendir, readlink } from "node:fs/promises";
import type { Entry, EntryDetails, EntryPage, ProjectPath } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { inParallel } from "@coder/shared/server";
import { bytesOfText, joined, kindOf, statAt, statOrNull, textOfBytes, type ProjectTree } from "@coder/work-tree";
import { z } from "zod";
import { entryOf, type EntryAt } from "./entry-of.ts";
import { invalidCursor } from "./errors.ts";
import { ignoresOf } from "./ignores-of.ts";
import { compareNames, Smallest } from "./natural-order.ts";

/** Names read from the disk at once: few enough that what is done with them is not felt elsewhere. */
const READ_AT_ONCE = 256;
const STATS_AT_ONCE = 16;

interface Named {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A page of a folder, folders first. A folder of 50,000 entries holds nobody up: names stream by, and only what the page shows is looked at. */
export async function listFolder(tree: ProjectTree, path: ProjectPath, { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }): Promise<EntryPage> {
  const after = cursor === undefined ? null : namedOfCursor(cursor);
  return tree.in(path, async (folder, folderPath) => {
    const ignores = await ignoresOf(tree, folderPath);
    // One more than asked for says whether there is another page.
    const names = await smallestNames(folder, after, limit + 1);
    const page = names.slice(0, limit);
    const found = await inParallel(page, STATS_AT_ONCE, ({ name }) => entryIn(folder, folderPath, name));
    const last = page.at(-1);
    return {
      // What went away since the names were read is not there.
      items: found.flatMap((at): Entry[] => (at === null ? [] : [entryOf(at, ignores)])),
      nextCursor: names.length > limit && last ? cursorOf(last) : null,
    };
  });
}

/** One entry, and where it leads when it is a link. `entry_not_found`, `outside_project`. */
export async function readEntry(tree: ProjectTree, path: ProjectPath): Promise<Omit<EntryDetails, "editable">> {
  const at = await tree.at(path, async (place): Promise<EntryAt> => {
    const stats = await statAt(place);
    const target = stats.isSymbolicLink() ? textOfBytes(await readlink(place.entry, { encoding: "buffer" })) : null;
    return { name: textOfBytes(place.name), path: place.path, stats, target };
  });
  const ignores = await ignoresOf(tree, parentOf(at.path));
  return { ...entryOf(at, ignores), resolved: at.target === null ? null : await resolved(tree, path) };
}

/** The folder in which something lies. */
export function parentOf(path: ProjectPath): ProjectPath {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** Where a link leads at last, when that is in the project and there. */
async function resolved(tree: ProjectTree, link: ProjectPath): Promise<EntryDetails["resolved"]> {
  try {
    const { path, stats } = await tree.follow(link);
    return { path, kind: kindOf(stats) };
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

async function entryIn(folder: Buffer, folderPath: ProjectPath, name: string): Promise<EntryAt | null> {
  const place = joined(folder, bytesOfText(name));
  const stats = await statOrNull(place);
  if (!stats) return null;
  const target = stats.isSymbolicLink() ? await readlink(place, { encoding: "buffer" }).then(textOfBytes, () => "") : null;
  return { name, path: folderPath === "" ? name : `${folderPath}/${name}`, stats, target };
}

async function smallestNames(folder: Buffer, after: Named | null, limit: number): Promise<readonly Named[]> {
  const smallest = new Smallest<Named>(limit, compareNamed);
  // Latin-1 keeps every byte, and is cheaper than bytes.
  for await (const entry of await opendir(folder.toString(), { bufferSize: READ_AT_ONCE, encoding: "latin1" })) {
    const named = { name: textOfBytes(Buffer.from(entry.name, "latin1")), isFolder: entry.isDirectory() };
    if (after === null || compareNamed(named, after) > 0) smallest.add(named);
  }
  return smallest.take();
}

function compareNamed(one: Named, other: Named): number {
  return one.isFolder === other.isFolder ? compareNames(one.name, other.name) : one.isFolder ? -1 : 1;
}

const CursorSchema = z.tuple([z.boolean(), z.string()]);

function cursorOf({ name, isFolder }: Named): string {
  return Buffer.from(JSON.stringify([isFolder, name])).toString("base64url");
}

function namedOfCursor(cursor: string): Named {
  try {
    const [isFolder, name] = CursorSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    return { isFolder, name };
  } catch (cause) {
    throw invalidCursor(cause);
  }
}
