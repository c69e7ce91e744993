import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ProjectTree, removeAll } from "@coder/work-tree";
import { Swap } from "../Swap.ts";

// Started by somebody who is not root: tells as JSON what an installation made of dependencies that a program had closed to their owner.
const root = await mkdtemp(path.join(tmpdir(), "coder-swap-"));
const [tree, staging, made] = [path.join(root, "tree"), path.join(root, "staging"), path.join(root, "staging/made")];
for (const [folder, text] of [[path.join(tree, "node_modules"), "old"], [path.join(made, "node_modules"), "new"]] as const) {
  await mkdir(path.join(folder, "dep"), { recursive: true });
  await writeFile(path.join(folder, "dep/index.js"), text);
}
for (const [folder, mode] of [["dep", 0], [".", 0o555]] as const) await chmod(path.join(tree, "node_modules", folder), mode);
await new Swap({ tree: new ProjectTree(tree), staging }).run([{ path: "node_modules", made: path.join(made, "node_modules") }]);
await removeAll(staging);
process.stdout.write(JSON.stringify(await readFile(path.join(tree, "node_modules/dep/index.js"), "utf8")));
await rm(root, { recursive: true });
