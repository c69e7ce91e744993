import { readFile } from "node:fs/promises";

export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** Numbers that serve as uid and as gid. Nobody else on a machine uses them: no account, no container runtime, no systemd range. */
export interface IdRanges {
  /** One per work tree: its owner, and the first run on it. */
  readonly trees: IdRange;
  /** For further runs on a tree that are at work at the same time, and for runs without a tree. */
  readonly runs: IdRange;
}

const WIDE: IdRanges = { trees: { first: 2_000_000_000, count: 100_000_000 }, runs: { first: 2_100_000_000, count: 10_000 } };
/** In containers that see 65,536 ids and no more. */
const NARROW: IdRanges = { trees: { first: 20_000, count: 39_000 }, runs: { first: 59_000, count: 1_000 } };

/** The ids this process can become, or null when it is not root or has none to give. */
export async function readIdRanges(): Promise<IdRanges | null> {
  if (process.geteuid?.() !== 0) return null;
  const maps = await Promise.all(["uid_map", "gid_map"].map((name) => readFile(`/proc/self/${name}`, "utf8").catch(() => "")));
  return [WIDE, NARROW].find(({ trees, runs }) => maps.every((map) => covers(map, trees) && covers(map, runs))) ?? null;
}

export function isIn({ first, count }: IdRange, id: number): boolean {
  return id >= first && id < first + count;
}

function covers(map: string, { first, count }: IdRange): boolean {
  return map
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([inside = 0, , length = 0]) => inside <= first && first + count <= inside + length);
}
