import type { BigIntStats } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { EntryPathSchema, type ProjectPath } from "@coder/api/workspace";
import { isGone, renameOurs, statOrNull, syncFolder, type ProjectTree } from "@coder/work-tree";
import { z } from "zod";
import { writeDurably } from "../../changes/store/ChangeTexts.ts";

const JOURNAL = "swap.json";

/** A folder of dependencies that is to be replaced. `print`: of the new one; null where none comes. */
const SwapSchema = z.object({ path: EntryPathSchema, made: z.string(), print: z.string().nullable(), hadOld: z.boolean() });
type Swapped = z.output<typeof SwapSchema>;

/**
 * Puts the dependency folders of an installation in the places of the old ones, all of them or none. What is being done is on the disk before it begins, so that whoever
 * comes after a kill can take it back.
 */
export class Swap {
  readonly #tree: ProjectTree;
  /** Of one installation, on the tree's file system. */
  readonly #staging: string;

  constructor(deps: { readonly tree: ProjectTree; readonly staging: string }) {
    this.#tree = deps.tree;
    this.#staging = deps.staging;
  }

  /** @param folders where each comes to lie, and where it was made. One that was not made leaves nothing in the place of the old one. */
  async run(folders: readonly { readonly path: ProjectPath; readonly made: string }[]): Promise<void> {
    const swaps: Swapped[] = [];
    for (const { path: at, made } of folders) {
      const fresh = await statOrNull(Buffer.from(made));
      const hadOld = await this.#isThere(at);
      if (fresh || hadOld) swaps.push({ path: at, made, print: fresh && printOf(fresh), hadOld });
    }
    await mkdir(path.join(this.#staging, "old"), { recursive: true });
    await writeDurably(path.join(this.#staging, JOURNAL), JSON.stringify(swaps));
    try {
      for (const [index, { path: at, made, print, hadOld }] of swaps.entries()) {
        await this.#tree.at(at, async ({ entry, folder }) => {
          if (hadOld) await renameOurs(entry, this.#old(index));
          if (print !== null) await rename(made, entry);
          await syncFolder(folder);
        });
      }
    } catch (error) {
      await this.back();
      throw error;
    }
    await rename(path.join(this.#staging, JOURNAL), path.join(this.#staging, `done-${JOURNAL}`));
    await syncFolder(this.#staging);
  }

  /** Puts the old folders back where a swap was begun and has not ended. What somebody has put there meanwhile stays. */
  async back(): Promise<void> {
    const text = await readFile(path.join(this.#staging, JOURNAL), "utf8").catch(() => null);
    if (text === null) return;
    for (const [index, { path: at, made, print }] of [...z.array(SwapSchema).parse(JSON.parse(text)).entries()].toReversed()) {
      try {
        await this.#tree.at(at, async ({ entry, folder }) => {
          const found = await statOrNull(entry);
          if (found && printOf(found) === print) await rename(entry, made);
          if ((await statOrNull(Buffer.from(this.#old(index)))) && !(await statOrNull(entry))) await renameOurs(this.#old(index), entry);
          await syncFolder(folder);
        });
      } catch (error) {
        // The folder around it was removed meanwhile.
        if (!isGone(error)) throw error;
      }
    }
    await rename(path.join(this.#staging, JOURNAL), path.join(this.#staging, `back-${JOURNAL}`));
  }

  #old(index: number): string {
    return path.join(this.#staging, "old", String(index));
  }

  async #isThere(at: ProjectPath): Promise<boolean> {
    try {
      return await this.#tree.at(at, async ({ entry }) => (await statOrNull(entry)) !== null);
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }
}

/** Numbers are used again: a folder of the same one that was made later is another. */
function printOf({ ino, mtimeNs }: BigIntStats): string {
  return `${ino}:${mtimeNs}`;
}
