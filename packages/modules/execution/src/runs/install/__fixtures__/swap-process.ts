import path from "node:path";
import { ProjectTree } from "@coder/work-tree";
import { dieAtCall } from "../../../__fixtures__/die-at-call.ts";
import { Swap } from "../Swap.ts";

// Puts dependency folders in their places, or takes that back, and dies at the file system call it is told to: node swap-process.ts ROOT CALL run|back
const [root = "", call = "0", what] = process.argv.slice(2);
const calls = await dieAtCall(Number(call));
const staging = path.join(root, "staging");
const swap = new Swap({ tree: new ProjectTree(path.join(root, "tree")), staging });
const folders = ["", "a/", "b/", "c/"].map((folder) => ({ path: `${folder}node_modules`, made: path.join(staging, "made", folder, "node_modules") }));
await (what === "back" ? swap.back() : swap.run(folders));
process.stdout.write(String(calls()));
