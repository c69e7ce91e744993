import type { BigIntStats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import type { EntryKind, ProjectPath } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { kindOf } from "./entry-kind.ts";
import type { ProjectTree } from "./ProjectTree.ts";
import { bytesOfText, textOfBytes } from "./path-bytes.ts";

export interface WalkedEntry {
  readonly path: ProjectPath;
  readonly kind: EntryKind;
  readonly stats: BigIntStats;
}

/** What is left out, and what of a folder is not entered. Asked once per folder, before its entries are read. */
export interface WalkFilter {
  /** Null: the folder is passed over. */
  enter(path: ProjectPath, parent: WalkFilter | null): Promise<WalkFilter | null>;
  hides(name: string, isFolder: boolean): boolean;
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** Only what comes after this path. */
  readonly after?: ProjectPath | undefined;
  readonly filter?: WalkFilter;
}

const STATS_AT_A_TIME = 64;
const SLASH = Buffer.from("/");

interface Item {
  readonly name: Buffer;
  /** Where all that is in it comes: what is in `a` after `a-b`, before `a0`. */
  readonly key: Buffer;
}

/**
 * Everything in a tree in the order of the paths' bytes, a folder before what is in it. No link is followed. Folders that vanish meanwhile, that may not
 * be read or that lie too deep for a path are passed over.
 */
export async function* walkTree(tree: ProjectTree, options: WalkOptions = {}): AsyncGenerator<WalkedEntry> {
  const after = options.after === undefined || options.after === "" ? [] : options.after.split("/").map(bytesOfText);
  const filter = options.filter ? await options.filter.enter("", null) : undefined;
  if (filter !== null) yield* walkFolder(tree, "", options, after, filter);
}

async function* walkFolder(tree: ProjectTree, folder: ProjectPath, options: WalkOptions, after: readonly Buffer[], filter: WalkFilter | undefined): AsyncGenerator<WalkedEntry> {
  const [afterName, ...afterRest] = after;
  const items = (await itemsOf(tree, folder, filter)).filter((item) => !isBefore(item, after));
  for (let from = 0; from < items.length; from += STATS_AT_A_TIME) {
    options.signal?.throwIfAborted();
    const batch = items.slice(from, from + STATS_AT_A_TIME);
    const found = await statsOf(tree, folder, batch);
    for (const [index, { name }] of batch.entries()) {
      const stats = found[index];
      if (!stats) continue;
      const path = folder === "" ? textOfBytes(name) : `${folder}/${textOfBytes(name)}`;
      const kind = kindOf(stats);
      const reached = afterName !== undefined && afterName.equals(name);
      if (!reached) yield { path, kind, stats };
      if (kind !== "folder") continue;
      const inner = filter ? await filter.enter(path, filter) : undefined;
      if (inner !== null) yield* walkFolder(tree, path, options, reached ? afterRest : [], inner);
    }
  }
}

async function itemsOf(tree: ProjectTree, folder: ProjectPath, filter: WalkFilter | undefined): Promise<Item[]> {
  const entries = await unlessGone(() => tree.in(folder, (through) => readdir(through, { withFileTypes: true, encoding: "buffer" })));
  return (entries ?? [])
    .filter((entry) => !filter?.hides(textOfBytes(entry.name), entry.isDirectory()))
    .map((entry) => ({ name: entry.name, key: keyOf(entry.name, entry.isDirectory()) }))
    .sort((one, other) => Buffer.compare(one.key, other.key));
}

async function statsOf(tree: ProjectTree, folder: ProjectPath, items: readonly Item[]): Promise<readonly (BigIntStats | null)[]> {
  const found = await unlessGone(() =>
    tree.in(folder, (through) => Promise.all(items.map(({ name }) => lstat(Buffer.concat([through, SLASH, name]), { bigint: true }).catch(() => null)))),
  );
  return found ?? [];
}

/** Null for what vanished, may not be read or has no path short enough. */
async function unlessGone<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

function keyOf(name: Buffer, isFolder: boolean): Buffer {
  return isFolder ? Buffer.concat([name, SLASH]) : name;
}

/** Whether the item and all in it come before `after`, of which this is the first part. */
function isBefore(item: Item, [name, ...rest]: readonly Buffer[]): boolean {
  if (name === undefined || item.name.equals(name)) return false;
  return Buffer.compare(item.key, keyOf(name, rest.length > 0)) < 0;
}
