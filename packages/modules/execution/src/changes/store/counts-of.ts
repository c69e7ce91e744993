import type { ChangeFileRow } from "../../entities.ts";

export interface Counts {
  readonly files: number;
  readonly additions: number;
  readonly deletions: number;
  readonly hunks: number;
  readonly accepted: number;
  readonly rejected: number;
}

/** What a list tells of a change set, from its files. */
export function countsOf(files: readonly Pick<ChangeFileRow, "additions" | "deletions" | "hunks">[]): Counts {
  const counts = { files: files.length, additions: 0, deletions: 0, hunks: 0, accepted: 0, rejected: 0 };
  for (const { additions, deletions, hunks } of files) {
    counts.additions += additions;
    counts.deletions += deletions;
    counts.hunks += hunks.length;
    for (const { decision, lines } of hunks) {
      if (decision === "rejected") counts.rejected += 1;
      else if (decision === "accepted" || (decision === "mixed" && !(lines ?? "").includes("u"))) counts.accepted += 1;
    }
  }
  return counts;
}
