import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { BigIntStats } from "node:fs";
import { z } from "zod";

/** What a file held when it had this fingerprint. */
export interface CachedFile {
  readonly print: string;
  readonly hash: string;
  readonly chunks: string[] | null;
}

const VERSION = 1;
const CacheSchema = z.object({ version: z.literal(VERSION), folders: z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.string(), z.string(), z.array(z.string()).nullable()]))])) });

/** Remembers what files held, so that a checkpoint reads only those that changed. Losing it costs time and nothing else. */
export class FileCache {
  readonly #file: string;
  readonly #before: Map<string, Map<string, CachedFile>>;
  readonly #now = new Map<string, Map<string, CachedFile>>();

  constructor(file: string) {
    this.#file = file;
    this.#before = readCache(file);
  }

  get(folder: string, name: string, print: string): CachedFile | null {
    const found = this.#before.get(folder)?.get(name);
    return found?.print === print ? found : null;
  }

  set(folder: string, name: string, cached: CachedFile): void {
    const files = this.#now.get(folder) ?? new Map<string, CachedFile>();
    this.#now.set(folder, files);
    files.set(name, cached);
  }

  save(): void {
    const folders = [...this.#now].map(([folder, files]) => [folder, [...files].map(([name, { print, hash, chunks }]) => [name, print, hash, chunks])]);
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify({ version: VERSION, folders }), { mode: 0o600 });
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // A full disk: what was kept is whole without it.
      rmSync(`${this.#file}.new`, { force: true });
    }
  }
}

function readCache(file: string): Map<string, Map<string, CachedFile>> {
  try {
    const { folders } = CacheSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return new Map(folders.map(([folder, files]) => [folder, new Map(files.map(([name, print, hash, chunks]) => [name, { print, hash, chunks }]))]));
  } catch {
    return new Map();
  }
}

/** Changes with everything that can happen to a file. */
export function printOf({ ino, size, mtimeNs, ctimeNs, mode }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}:${ctimeNs}:${mode}`;
}

/** The clock of a file system is coarse: a change within this time after the last one may leave the fingerprint as it is. */
const STEADY_NS = 100_000_000n;

export function isSteady({ ctimeNs, mtimeNs }: BigIntStats, nowMs = Date.now()): boolean {
  const before = BigInt(nowMs) * 1_000_000n - STEADY_NS;
  return ctimeNs < before && mtimeNs < before;
}
