import { statfsSync } from "node:fs";
import { execute, whereIs } from "../execute.ts";
import type { SandboxLimits } from "../ISandbox.ts";

/** The tree is measured when its file system has grown by this part of the limit. */
const PART = 16;
/** Less than this is not worth a measurement. */
const LEAST_GROWTH_BYTES = 1024 ** 2;
const BYTES = "--block-size=1";
const MEASURE_MS = 60_000;
/** In a namespace of users of its own, a program of ours may look into all that is ours: also into what a run has closed to its owner. Root needs none. */
const LOOKING_INTO_ALL: readonly string[] = process.geteuid?.() === 0 ? [] : [whereIs("unshare"), "--user", "--map-root-user", "--"];
/** And in any case after this time: what others delete meanwhile can hide what a run writes. */
const AT_LEAST_EVERY_MS = 30_000;

/**
 * Watches a tree that a run writes to. Measuring a tree takes long, so it happens when the file system as a whole has grown, and else seldom: who fills
 * the disk is seen at once, who writes in place costs next to nothing. Files that a run holds open and has deleted are in no tree: there the file system's
 * growth tells, if the run has written so much.
 */
export class TreeSize {
  readonly #tree: string;
  readonly #written: () => Promise<number>;
  readonly #files: number;
  readonly #growth: number | null;
  #bytes: number;
  /** What the tree took before the run; null: not measured. */
  #before: number | null = null;
  /** The least that the file system held since the last measurement. */
  #base: Used | null = null;
  /** Of the whole file system, when the run began. */
  #usedBefore: number;
  #measuredAt = performance.now();

  /** @param written How many bytes the run has written so far, wherever they are */
  constructor(tree: string, { treeBytes, treeFiles, treeGrowthBytes }: Pick<SandboxLimits, "treeBytes" | "treeFiles" | "treeGrowthBytes">, written: () => Promise<number>) {
    this.#tree = tree;
    this.#written = written;
    this.#usedBefore = usedOf(tree).bytes;
    this.#bytes = treeBytes ?? Number.POSITIVE_INFINITY;
    this.#files = treeFiles ?? Number.POSITIVE_INFINITY;
    this.#growth = treeGrowthBytes;
  }

  /** To be called before the run: what it adds is counted from here. */
  async begin(): Promise<void> {
    if (this.#growth === null) return;
    const before = (await measure(this.#tree, BYTES)) ?? 0;
    this.#before = before;
    this.#usedBefore = usedOf(this.#tree).bytes;
    this.#bytes = Math.min(this.#bytes, before + this.#growth);
  }

  /** By how much the tree has grown; null where nobody wants to know, or the run ended before it began. */
  async growth(): Promise<number | null> {
    return this.#before === null ? null : ((await measure(this.#tree, BYTES)) ?? 0) - this.#before;
  }

  /** Whether the run keeps more than it may, as far as that can have changed since the last call. A tree that cannot be measured counts as too large. */
  async exceeded(): Promise<boolean> {
    const used = usedOf(this.#tree);
    const base = (this.#base ??= used);
    const due = performance.now() - this.#measuredAt >= AT_LEAST_EVERY_MS;
    const moreBytes = due || used.bytes - base.bytes >= Math.max((this.#growth ?? this.#bytes) / PART, LEAST_GROWTH_BYTES);
    const moreFiles = due || used.files - base.files >= this.#files / PART;
    if (!moreBytes && !moreFiles) {
      this.#base = { bytes: Math.min(base.bytes, used.bytes), files: Math.min(base.files, used.files) };
      return false;
    }
    this.#base = used;
    this.#measuredAt = performance.now();
    if (moreFiles && ((await measure(this.#tree, "--inodes")) ?? Number.POSITIVE_INFINITY) > this.#files) return true;
    if (!moreBytes) return false;
    const bytes = (await measure(this.#tree, BYTES)) ?? Number.POSITIVE_INFINITY;
    return bytes > this.#bytes || this.#hides(bytes);
  }

  /** Others write to the same disk, so its growth alone says nothing; nor does what the run wrote, which may be one file again and again. */
  async #hides(bytes: number): Promise<boolean> {
    const limit = this.#growth ?? this.#bytes;
    const outside = usedOf(this.#tree).bytes - this.#usedBefore - (bytes - (this.#before ?? 0));
    return outside > limit && (await this.#written()) > limit;
  }
}

interface Used {
  readonly bytes: number;
  readonly files: number;
}

/** Asks the kernel and not the disk. */
function usedOf(tree: string): Used {
  const { blocks, bfree, bsize, files, ffree } = statfsSync(tree);
  return { bytes: (blocks - bfree) * bsize, files: files - ffree };
}

/** `du` follows no link, and what vanishes meanwhile is no failure. Null when it did not come to an end. */
async function measure(tree: string, unit: string): Promise<number | null> {
  const du = ["du", "--summarize", "--one-file-system", unit, "--", tree];
  // Where there are no such namespaces, what is closed is not counted.
  return (LOOKING_INTO_ALL.length > 0 ? await numberFrom([...LOOKING_INTO_ALL, ...du]) : null) ?? numberFrom(du);
}

async function numberFrom([program = "", ...args]: readonly string[]): Promise<number | null> {
  const { stdout } = await execute(program, args, { timeoutMs: MEASURE_MS });
  const size = Number.parseInt(stdout, 10);
  return Number.isNaN(size) ? null : size;
}
