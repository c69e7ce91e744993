import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename } from "node:fs/promises";
import path from "node:path";
import { runProcess, within } from "@coder/shared/server";
import type { ProjectDirectory } from "@coder/work-tree";
import { removeTree } from "../tree/remove-tree.ts";

/** What an upload is kept as until its import has succeeded. */
const ARCHIVE = "source";
const RUN = "run-";
const PATH_MAX = 4_095;
const SYNC_MS = 10_000;

/** The places of one import on disk: where its source is kept, where it unpacks, and where the tree goes when it is whole. */
export class ImportTarget {
  readonly #directory: ProjectDirectory;
  /** Of this run alone: a run that was taken over by another writes where nobody looks. */
  readonly staged: string;

  constructor(directory: ProjectDirectory) {
    this.#directory = directory;
    this.staged = path.join(directory.staging, `${RUN}${randomUUID()}`);
  }

  static archiveOf(directory: ProjectDirectory): string {
    return path.join(directory.staging, ARCHIVE);
  }

  get archive(): string {
    return ImportTarget.archiveOf(this.#directory);
  }

  /** Longest path in bytes that something in the tree can have. */
  get maxPathBytes(): number {
    return PATH_MAX - Buffer.byteLength(this.staged) - 1;
  }

  /** Removes what runs before have left, and makes the staging folder. The archive stays. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.clean(signal);
    await mkdir(this.#directory.staging, { recursive: true });
  }

  /** What runs have left in the staging folder until now. */
  async left(): Promise<readonly string[]> {
    return readdir(this.#directory.staging).catch(() => []);
  }

  /** For a project that is not ready: nothing in it is anybody's. */
  async clean(signal: AbortSignal, left?: readonly string[]): Promise<void> {
    await removeTree(this.#directory.tree, signal);
    await this.#remove((left ?? (await this.left())).filter((name) => name !== ARCHIVE), signal);
  }

  /** For one that is ready: others have begun to work in its folders. */
  async forgetSource(signal: AbortSignal): Promise<void> {
    await this.#remove((await this.left()).filter((name) => name === ARCHIVE || name.startsWith(RUN)), signal);
  }

  /** The staged tree becomes the project's, whole, in one step; what is in it is on the disk before. */
  async moveIntoPlace(signal: AbortSignal): Promise<void> {
    // All that waits to be written to the same disk is written with it. Where that takes long, or there is no such program, a power cut right now could cost the import; nothing else.
    await within(runProcess("sync", ["-f", this.staged], { signal }).catch(() => undefined), SYNC_MS);
    signal.throwIfAborted();
    await removeTree(this.#directory.tree, signal);
    await rename(this.staged, this.#directory.tree);
  }

  async #remove(names: readonly string[], signal: AbortSignal): Promise<void> {
    for (const name of names) await removeTree(path.join(this.#directory.staging, name), signal);
  }
}
