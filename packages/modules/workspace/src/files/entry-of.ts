import type { BigIntStats } from "node:fs";
import type { Entry, ProjectPath } from "@coder/api/workspace";
import { isoTimeOf, kindOf } from "@coder/work-tree";
import type { IgnoreStack } from "./ignore/IgnoreStack.ts";

/** Something found in a folder. `target` is a link's text, null for anything else. */
export interface EntryAt {
  readonly name: string;
  readonly path: ProjectPath;
  readonly stats: BigIntStats;
  readonly target: string | null;
}

export function entryOf({ name, path, stats, target }: EntryAt, ignores: IgnoreStack): Entry {
  const kind = kindOf(stats);
  return {
    name,
    path,
    kind,
    sizeBytes: kind === "file" ? Number(stats.size) : 0,
    modifiedAt: isoTimeOf(stats),
    executable: kind === "file" && (stats.mode & 0o111n) !== 0n,
    target,
    ignored: ignores.hides(name, kind === "folder"),
  };
}
