import { readFile } from "node:fs/promises";
import path from "node:path";
import { PathLocks, ProjectTree } from "@coder/work-tree";
import { JournalFile, JournalSchema } from "../journal.ts";
import { TreeTransaction } from "../TreeTransaction.ts";

/** Does what is planned, or goes on with what was begun; without a plan it takes back what was begun. */
export async function goOn(root: string, planned: string | null): Promise<void> {
  const journal = new JournalFile(path.join(root, "set"));
  const transaction = new TreeTransaction({
    tree: new ProjectTree(path.join(root, "tree")),
    staging: path.join(root, "staging"),
    journal,
    locks: new PathLocks(),
    content: (hash) => readFile(path.join(root, "texts", hash)),
  });
  const begun = await journal.open();
  if (planned === null) {
    if (begun) await transaction.back(begun);
    return;
  }
  const plan = JournalSchema.omit({ direction: true, folders: true }).parse(JSON.parse(await readFile(planned, "utf8")));
  if ((await journal.done())?.jobId === plan.jobId) return transaction.sweep();
  await transaction.run(begun ?? (await transaction.prepare(plan)));
  await transaction.commit();
}
