import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ProjectCheckpoints } from "../ProjectCheckpoints.ts";

// Started by somebody who is not root: tells as JSON what became of a tree that a program closed to its owner.
const root = mkdtempSync(path.join(tmpdir(), "coder-closed-"));
const places = { tree: path.join(root, "tree"), staging: path.join(root, "staging"), store: path.join(root, "store") };
const at = (name: string) => path.join(places.tree, name);
mkdirSync(at("src/deep"), { recursive: true });
for (const name of ["src/a.txt", "src/deep/b.txt", "c.txt"]) writeFileSync(at(name), name);
const checkpoints = new ProjectCheckpoints(places);
const before = checkpoints.take().root;

for (const name of ["src/a.txt", "src/deep/b.txt", "c.txt", "src/new.txt", "made.txt"]) writeFileSync(at(name), "by the program");
mkdirSync(at("closed/inner"), { recursive: true });
writeFileSync(at("closed/inner/d.txt"), "by the program");
for (const name of ["c.txt", "made.txt", "closed/inner/d.txt", "closed/inner", "closed", "src/deep", "src", "."]) chmodSync(at(name), 0);
const after = checkpoints.take();
const changes = checkpoints.changes(before, after.root).map(({ path: each, kind }) => `${kind} ${each}`);

const { blocked } = (checkpoints.begin("00000000-0000-4000-8000-000000000000", { target: before, after: after.root, chosen: [] }, null), checkpoints.finish() ?? { blocked: null });
checkpoints.forget();
const contents = ["src/a.txt", "src/deep/b.txt", "c.txt"].map((name) => readFileSync(at(name), "utf8"));
const left = checkpoints.changes(before, checkpoints.take().root).length;
process.stdout.write(JSON.stringify({ uid: process.getuid?.(), changes: changes.toSorted(), files: after.files, blocked, contents, left, mode: (statSync(at("src")).mode & 0o777).toString(8) }));
checkpoints.close();
rmSync(root, { recursive: true });
