import { isSame, type TreeDifference } from "../tree/compare-trees.ts";
import type { TreeEntry } from "../tree/tree-object.ts";

/** One entry that a restore changes: what must be there, and what shall be. */
export interface RestoreStep {
  readonly path: string;
  readonly from: TreeEntry | null;
  readonly to: TreeEntry | null;
}

export interface RestorePlan {
  readonly steps: readonly RestoreStep[];
  /** Changed by the run and by somebody after it: left as they are unless they were chosen. */
  readonly conflicts: readonly string[];
  /** Changed only after the run: left as they are. */
  readonly kept: readonly string[];
  /** Version control and dependencies that are not as they were, pipes and sockets that are gone, what could not be read. Never touched. */
  readonly excluded: readonly string[];
}

export interface PlanInput {
  /** From the tree as it is to the checkpoint. */
  readonly toCheckpoint: readonly TreeDifference[];
  /** From the checkpoint to the tree as it was when the work after it had ended; null when that is not known, then everything goes back. */
  readonly byWork: readonly TreeDifference[] | null;
  /** Conflicts that shall go back all the same. */
  readonly chosen: ReadonlySet<string>;
}

/** Decides path by path what goes back. No input or output. */
export function planRestore({ toCheckpoint, byWork, chosen }: PlanInput): RestorePlan {
  const worked = byWork ? new Map(byWork.map((difference) => [difference.path, difference])) : null;
  const steps: RestoreStep[] = [];
  const kept = new Map<string, RestoreStep>();
  const [conflicts, excluded]: [string[], string[]] = [[], []];
  for (const { path, before: now, after: then } of toCheckpoint) {
    // A pipe or a socket can be taken away, and not be made again.
    if (now?.kind === "excluded" || then?.kind === "excluded" || then?.kind === "other") {
      excluded.push(path);
      continue;
    }
    const work = worked?.get(path);
    if (worked && !work) kept.set(path, { path, from: now, to: then });
    else if (work && !isSame(work.after, now) && !chosen.has(path)) conflicts.push(path);
    else steps.push({ path, from: now, to: then });
  }
  // A folder that somebody removed later is made again where something goes back into it.
  for (const step of steps) {
    for (const folder of step.to === null ? [] : foldersAbove(step.path)) {
      const way = kept.get(folder);
      if (way?.from === null && way.to?.kind === "folder" && kept.delete(folder)) steps.push(way);
    }
  }
  // A folder goes only with all that is in it.
  const needed = new Set([...conflicts, ...kept.keys(), ...excluded].flatMap((path) => foldersAbove(path)));
  return { steps: steps.filter((step) => !(takesFolder(step) && needed.has(step.path))), conflicts, kept: [...kept.keys()], excluded };
}

function takesFolder({ from, to }: RestoreStep): boolean {
  return from?.kind === "folder" && to?.kind !== "folder";
}

/** Innermost first. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let cut = path.lastIndexOf("/"); cut > 0; cut = path.lastIndexOf("/", cut - 1)) folders.push(path.slice(0, cut));
  return folders;
}
