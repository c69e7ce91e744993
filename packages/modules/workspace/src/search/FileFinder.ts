import { Smallest } from "../files/natural-order.ts";
import { fuzzyEstimate, fuzzyMatch, fuzzyQuery, fuzzyScore, fuzzyTarget, fuzzyTier, type FuzzyTarget } from "./fuzzy.ts";

export interface FoundFile {
  readonly path: string;
  readonly score: number;
  readonly positions: readonly number[];
}

/** So many of those that match by their folders alone are looked at closely; the rest are guessed to be worse. */
const CLOSE_LOOKS = 1_000;

interface Candidate {
  readonly target: FuzzyTarget;
  readonly score: number;
}

/** Quick open: the files of a project by parts of their names. */
export class FileFinder {
  readonly #targets = new Map<string, FuzzyTarget>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) this.add(path);
  }

  get size(): number {
    return this.#targets.size;
  }

  add(path: string): void {
    if (!this.#targets.has(path)) this.#targets.set(path, fuzzyTarget(path));
  }

  delete(path: string): void {
    this.#targets.delete(path);
  }

  /** Best first; of equals the shorter path. An empty query finds everything, in order of the paths. */
  find(typed: string, limit: number): readonly FoundFile[] {
    const query = fuzzyQuery(typed);
    const best = new Smallest<Candidate>(limit, better);
    const byPath = new Smallest<Candidate>(CLOSE_LOOKS + limit, better);
    let named = 0;
    for (const target of this.#targets.values()) {
      const tier = fuzzyTier(query, target);
      if (tier === "name") {
        named += 1;
        best.add({ target, score: fuzzyScore(query, target) });
      } else if (tier === "path" && named < limit) byPath.add({ target, score: fuzzyEstimate(query, target) });
    }
    // A name is always better than a path, so there is nothing to look for once names fill the list.
    if (named < limit) for (const { target } of byPath.take()) best.add({ target, score: fuzzyScore(query, target) });
    return best.take().flatMap(({ target }) => {
      const match = fuzzyMatch(query, target);
      return match === null ? [] : [{ path: target.path, ...match }];
    });
  }
}

function better(one: Candidate, other: Candidate): number {
  if (one.score !== other.score) return other.score - one.score;
  if (one.target.path.length !== other.target.path.length) return one.target.path.length - other.target.path.length;
  return one.target.path < other.target.path ? -1 : 1;
}
