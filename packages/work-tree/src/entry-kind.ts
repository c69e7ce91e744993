import type { BigIntStats } from "node:fs";
import type { EntryKind } from "@coder/api/workspace";

export function kindOf(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "symlink" : "other";
}

/** A file can claim any time: what no date can say becomes the nearest that one can. */
export function isoTimeOf({ mtimeMs }: Pick<BigIntStats, "mtimeMs">): string {
  return new Date(Math.min(Math.max(Number(mtimeMs), EARLIEST_MS), LATEST_MS)).toISOString();
}

// Years 0000 to 9999: what ISO 8601 writes with four digits.
const EARLIEST_MS = -62_167_219_200_000;
const LATEST_MS = 253_402_300_799_999;
