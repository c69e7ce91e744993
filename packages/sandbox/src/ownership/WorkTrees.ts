import { lstatSync, type Stats } from "node:fs";
import { chmod, chown, mkdir } from "node:fs/promises";
import path from "node:path";
import type { ILogger } from "@coder/shared/trpc";
import { invalidRun, sandboxFailed } from "../errors.ts";
import { execute, type Execution } from "../execute.ts";
import { adopt } from "./adopt.ts";
import { isIn, type IdRanges } from "./id-range.ts";

const LONG_MS = 10 * 60_000;

/**
 * Who owns work trees. When the product runs as root, each tree has a uid of its own, which is its gid too: the number follows from the directory's inode,
 * so no two trees that exist at the same time share one on a file system with small inodes, and nothing has to be recorded. Else everything is ours.
 */
export class WorkTrees {
  readonly #ids: IdRanges | null;
  readonly #log: ILogger;

  constructor(ids: IdRanges | null, log: ILogger) {
    this.#ids = ids;
    this.#log = log;
  }

  async prepare(tree: string): Promise<void> {
    checkPath(tree);
    await mkdir(tree, { recursive: true });
    const { ino, uid } = directory(tree);
    if (this.#ids === null) return chmod(tree, 0o700);
    const { trees } = this.#ids;
    if (isIn(trees, uid)) return;
    const id = trees.first + (ino % trees.count);
    await chown(tree, id, id);
    await chmod(tree, 0o770);
  }

  /** The id of a prepared tree; null when everything is ours. */
  async idOf(tree: string): Promise<number | null> {
    checkPath(tree);
    const { uid } = directory(tree);
    if (this.#ids === null) return null;
    if (!isIn(this.#ids.trees, uid)) throw invalidRun(`${tree} has not been prepared as a work tree`);
    return uid;
  }

  async adoptFiles(tree: string, paths: readonly string[]): Promise<void> {
    const id = await this.idOf(tree);
    if (id === null) return;
    for (const each of paths) await adopt(tree, each, id);
  }

  /** Everything in it changes hands; whoever may write to it is for `chmod`, which runs as the owner. False: nothing to do. */
  async adoptAll(tree: string): Promise<boolean> {
    const id = await this.idOf(tree);
    if (id === null) return false;
    const { code, stderr } = await changeOwner(["--", `${id}:${id}`, tree]);
    if (code !== 0) throw sandboxFailed(stderr.trim());
    return true;
  }

  /** Runs a program of the system, our own and not a project's, on a prepared tree. */
  async executeAsOwner(tree: string, file: string, args: readonly string[]): Promise<Execution> {
    const id = await this.idOf(tree);
    return execute(file, args, { timeoutMs: LONG_MS, cwd: tree, ...(id === null ? {} : { uid: id, gid: id }) });
  }

  /** After a run under another uid than the tree's: what it made is given to the owner. */
  async reclaim(tree: string, id: number, from: number): Promise<void> {
    const { code, stderr } = await changeOwner([`--from=${from}`, "--", `${id}:${id}`, tree]);
    if (code !== 0) this.#log.warn({ tree, stderr }, "Files that a run made could not be given to the work tree's owner");
  }
}

/** GNU chown walks by directory handles and with -h changes links themselves: what a tree contains cannot lead it elsewhere. */
function changeOwner(args: readonly string[]) {
  return execute("chown", ["-R", "-h", "-P", "-f", ...args], { timeoutMs: LONG_MS });
}

function checkPath(tree: string): void {
  if (path.resolve(tree) !== tree || tree.includes("\0")) throw invalidRun(`${tree} is no absolute path of a work tree`);
}

/** The kernel holds what is in use: a thread for the question would cost more than the answer. */
function directory(tree: string): Stats {
  const found = entry(tree);
  if (!found) throw invalidRun(`${tree} is not there`);
  if (!found.isDirectory()) throw invalidRun(`${tree} is no directory`);
  return found;
}

function entry(tree: string): Stats | undefined {
  try {
    return lstatSync(tree, { throwIfNoEntry: false });
  } catch (error) {
    // One of the directories on the way is none.
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
