import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { compare } from "./compare.ts";
import { countFinding, ratioFinding, type Benchmark, type Finding } from "./report.ts";
import { median } from "./statistics.ts";
import { openBenchWorkspace, type BenchWorkspace } from "./workspace.ts";

const GOAL = 1.2;
const LARGE_FOLDERS = 5_000;
const FILES_PER_FOLDER = 20;
const ROUNDS = 15;
const LISTS = 20;
const FIND_GOAL_MS = 50;
const FOUND_FILES = 50_000;
const QUERIES = ["f", "file1", "p3file", "folder12/f", "nothing-is-called-so"];

const PageSchema = z.object({ items: z.array(z.object({ name: z.string() })) });
const FoundSchema = z.object({ items: z.array(z.object({ path: z.string() })) });

/** Opening and listing must not cost more because the project has more in it that is not shown. */
export const treeBenchmark: Benchmark = {
  name: "File tree of 100,000 files against 100",
  run: async () => {
    const workspace = await openBenchWorkspace();
    try {
      const large = await workspace.addProject("large", folders(LARGE_FOLDERS));
      const small = await workspace.addProject("small", folders(5));
      const list = (id: string) => times(LISTS, () => workspace.get(`/workspaces/${id}/entries`));
      const folder = (id: string) => times(LISTS, () => workspace.get(`/workspaces/${id}/entries?path=p1/folder1`));
      await Promise.all([large, small].map((id) => list(id)()));
      const findings: Finding[] = [
        ratioFinding("Open the tree: list what is at the top", await compare(list(large), list(small), { rounds: ROUNDS }), GOAL),
        ratioFinding("Open a folder of 20 files", await compare(folder(large), folder(small), { rounds: ROUNDS }), GOAL),
      ];
      // Both are watched from here on: a page that is open follows its project.
      const watching = await Promise.all([large, small].map((id) => watched(workspace, id)));
      findings.push(ratioFinding("List what is at the top while everything is watched", await compare(list(large), list(small), { rounds: ROUNDS }), GOAL));
      for (const stream of watching) await stream.return(undefined);
      return [...findings, await findFinding(workspace)];
    } finally {
      await workspace.close();
    }
  },
};

/** Quick open over 50,000 files, request and answer included. */
async function findFinding(workspace: BenchWorkspace): Promise<Finding> {
  const id = await workspace.addProject("found", folders(FOUND_FILES / FILES_PER_FOLDER));
  const find = async (query: string) => FoundSchema.parse(await workspace.get(`/workspaces/${id}/files?query=${encodeURIComponent(query)}`));
  // The first question waits until the tree was read.
  for (let round = 0; round < 5; round += 1) for (const query of QUERIES) await find(query);
  const taken: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    for (const query of QUERIES) {
      const started = performance.now();
      await find(query);
      taken.push(performance.now() - started);
    }
  }
  return countFinding(`Quick open over ${FOUND_FILES.toLocaleString("en")} files, median of ${taken.length}`, Math.round(median(taken)), FIND_GOAL_MS, "ms");
}

async function watched(workspace: BenchWorkspace, projectId: string): Promise<AsyncGenerator<unknown>> {
  const stream = workspace.stream("workspace.watchProject", { projectId });
  // The gap it begins with, and the word that everything is watched.
  await stream.next();
  await stream.next();
  return stream;
}

function folders(count: number): (tree: string) => Promise<void> {
  return async (tree) => {
    for (let folder = 0; folder < count; folder += 1) {
      // 50 folders at the top, whatever the size.
      const at = path.join(tree, `p${folder % Math.min(count, 50)}`, `folder${folder}`);
      await mkdir(at, { recursive: true });
      await Promise.all(Array.from({ length: FILES_PER_FOLDER }, (_unused, file) => writeFile(path.join(at, `file${file}.ts`), "export const x = 1;\n")));
    }
    for (let top = count; top < 50; top += 1) await mkdir(path.join(tree, `p${top}`), { recursive: true });
  };
}

function times(count: number, work: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    for (let at = 0; at < count; at += 1) PageSchema.parse(await work());
  };
}
