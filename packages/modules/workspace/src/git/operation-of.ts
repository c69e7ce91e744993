import type { GitStatus } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { statOrNull, type ProjectTree } from "@coder/work-tree";

/** What git leaves in its directory while something is under way; a rebase that applies patches stands before an `am`, because both use the same folder. */
const MARKS = [
  [".git/rebase-merge", "rebase"],
  [".git/rebase-apply/rebasing", "rebase"],
  [".git/rebase-apply", "am"],
  [".git/MERGE_HEAD", "merge"],
  [".git/CHERRY_PICK_HEAD", "cherry-pick"],
  [".git/REVERT_HEAD", "revert"],
  [".git/BISECT_LOG", "bisect"],
] as const;

/** What was begun in the repository and is not finished. */
export async function operationOf(tree: ProjectTree): Promise<GitStatus["operation"]> {
  for (const [mark, operation] of MARKS) if (await isThere(tree, mark)) return operation;
  return null;
}

/** Whether something is there, a link not followed. */
export async function isThere(tree: ProjectTree, path: string): Promise<boolean> {
  try {
    return await tree.at(path, async (place) => (await statOrNull(place.entry)) !== null);
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
