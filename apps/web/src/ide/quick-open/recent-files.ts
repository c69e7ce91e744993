import { readLocal, writeLocal } from "#lib/storage.ts";

const MAX = 30;

/** The files of a project that were worked in last, in this browser; the latest first. */
export class RecentFiles {
  readonly #key: string;
  #paths: readonly string[];

  constructor(projectId: string) {
    this.#key = `recent-files:${projectId}`;
    const kept = readLocal(this.#key);
    this.#paths = Array.isArray(kept) ? kept.filter((path) => typeof path === "string") : [];
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  use(path: string): void {
    if (this.#paths[0] === path) return;
    this.#paths = [path, ...this.#paths.filter((other) => other !== path)].slice(0, MAX);
    writeLocal(this.#key, this.#paths);
  }
}
