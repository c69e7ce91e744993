import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ChangePathSchema } from "@coder/api/execution";
import { newId } from "@coder/shared/server";
import { PathLocks, ProjectTree } from "@coder/work-tree";
import { JournalFile } from "./journal.ts";
import { TreeTransaction } from "./TreeTransaction.ts";

/** Puts `after` in the place of `before`, each a text by its path, as an applied change set does: every file checked, journal and contents on the disk first, all or nothing. */
export async function applyTexts(folder: string, tree: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(path.join(folder, "set"), { recursive: true });
  const contents = new Map([...after.values()].map((text) => [hashOf(text), Buffer.from(text)]));
  const transaction = new TreeTransaction({
    tree: new ProjectTree(tree),
    staging: path.join(folder, "staging"),
    journal: new JournalFile(path.join(folder, "set")),
    locks: new PathLocks(),
    content: async (hash) => contents.get(hash) ?? Buffer.alloc(0),
  });
  const state = (text: string | undefined) => (text === undefined ? null : { hash: hashOf(text), executable: false });
  const files = [...after].map(([file, text]) => ({ path: ChangePathSchema.parse(file), before: state(before.get(file)), after: state(text) }));
  await transaction.run(await transaction.prepare({ action: "apply", jobId: newId(), files }));
  await transaction.commit();
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
