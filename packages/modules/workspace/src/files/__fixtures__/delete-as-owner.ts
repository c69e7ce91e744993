import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { isAppError } from "@coder/shared";
import { openTestWorkspace } from "./test-workspace.ts";

// Started by somebody who is not root: tells as JSON what becomes of folders that a program closed to their owner.
const test = await openTestWorkspace();
const { tree } = test.directory;
const member = test.as("member");
const projectId = test.project.id;
for (const [folder, mode] of [["read-only", 0o555], ["holds/closed", 0], ["moves", 0o555]] as const) {
  await mkdir(path.join(tree, folder), { recursive: true });
  await writeFile(path.join(tree, folder, "a.txt"), "text");
  await chmod(path.join(tree, folder), mode);
}
await mkdir(path.join(tree, "elsewhere"));

const outcome = (work: Promise<unknown>) => work.then(() => "done", (error: unknown) => (isAppError(error) ? error.code : String(error)));
const modeOf = async (at: string) => ((await stat(path.join(tree, at))).mode & 0o777).toString(8);
const deleted = [await outcome(member.deleteEntries({ projectId, paths: ["read-only"] })), await outcome(member.deleteEntries({ projectId, paths: ["holds"] }))];
const moved = await outcome(member.moveEntries({ projectId, moves: [{ from: "moves", to: "elsewhere/moves" }] }));
const left = await readdir(tree);
const { items } = await member.listTrash({ projectId });
const restored = await Promise.all(items.map(({ id }) => outcome(member.restoreEntries({ projectId, trashId: id }))));
process.stdout.write(JSON.stringify({ deleted, moved, left, counted: items.map(({ fileCount }) => fileCount).toSorted(), restored, modes: [await modeOf("read-only"), await modeOf("holds/closed"), await modeOf("elsewhere/moves")] }));
for (const folder of ["read-only", "holds/closed", "elsewhere/moves"]) await chmod(path.join(tree, folder), 0o700);
await test.close();
