import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { applyTexts } from "@coder/execution/bench";
import { ProjectCheckpoints, type CheckpointPlaces } from "@coder/execution/checkpoints";
import { compare, type Workload } from "./compare.ts";
import { ratioFinding, type Benchmark } from "./report.ts";

const FILES = 50_000;
const PER_FOLDER = 50;
const RESTORED = 2_000;
const ROUNDS = 7;
/** Of a full checkpoint: looking at every file is what is left. */
const EDIT_GOAL = 0.3;
/** Of plain copies, with a checkpoint of the state before it, a journal and a comparison of every file. */
const RESTORE_GOAL = 4;
const APPLIED = 200;
/** Of plain copies. No promise but a bound: each file is checked twice, its old content kept for the way back, and all of it put on the disk. */
const APPLY_GOAL = 25;

/** A checkpoint after one edit must not cost what the first one did, a restore and an applied change set little more than copies. */
export const checkpointBenchmark: Benchmark = {
  name: "Checkpoints, restores and applied changes",
  run: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "coder-bench-checkpoints-"));
    try {
      return [
        ratioFinding(`Checkpoint after one edit in ${FILES.toLocaleString("en")} files, against a full one`, await compareCheckpoints(path.join(folder, "large")), EDIT_GOAL),
        ratioFinding(`Restore of ${RESTORED.toLocaleString("en")} files, against copying them`, await compareRestores(path.join(folder, "restored")), RESTORE_GOAL),
        ratioFinding(`Change set of ${APPLIED} files applied, against copying them`, await compareApplied(path.join(folder, "applied")), APPLY_GOAL),
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function compareCheckpoints(folder: string) {
  const places = placesIn(folder);
  fill(places.tree, FILES, "first");
  take(places);
  let edits = 0;
  const edited: Workload = async () => {
    writeFileSync(path.join(places.tree, "folder-7/file-1.ts"), `edited ${(edits += 1)}\n`);
    take(places);
  };
  let stores = 0;
  const full: Workload = async () => {
    const store = path.join(folder, `store-${(stores += 1)}`);
    take({ ...places, store });
    rmSync(store, { recursive: true });
  };
  return compare(edited, full, { rounds: ROUNDS });
}

async function compareRestores(folder: string) {
  const places = placesIn(folder);
  fill(places.tree, RESTORED, "first");
  const first = take(places);
  fill(places.tree, RESTORED, "second");
  const second = take(places);
  let target = first;
  const restore: Workload = async () => {
    const checkpoints = new ProjectCheckpoints(places);
    checkpoints.begin(crypto.randomUUID(), { target, after: null, chosen: [] }, null);
    checkpoints.finish();
    checkpoints.forget();
    checkpoints.close();
    target = target === first ? second : first;
  };
  return compare(restore, copyOver(places.tree, path.join(folder, "copies")), { rounds: ROUNDS });
}

async function compareApplied(folder: string) {
  const tree = path.join(folder, "tree");
  fill(tree, APPLIED, "first");
  const texts = (version: string) => new Map(Array.from({ length: APPLIED }, (_unused, place) => [nameOf(place), textOf(version, place)]));
  let [before, after] = [texts("first"), texts("second")];
  const apply: Workload = async () => {
    await applyTexts(folder, tree, before, after);
    [before, after] = [after, before];
  };
  return compare(apply, copyOver(tree, path.join(folder, "copies")), { rounds: ROUNDS });
}

/** Over what was copied before: nothing is removed in the time that is measured. */
function copyOver(from: string, to: string): Workload {
  return async () => cpSync(from, to, { recursive: true });
}

function placesIn(folder: string): CheckpointPlaces {
  return { tree: path.join(folder, "tree"), staging: path.join(folder, "staging"), store: path.join(folder, "store") };
}

function take(places: CheckpointPlaces): string {
  const checkpoints = new ProjectCheckpoints(places);
  const { root } = checkpoints.take();
  checkpoints.close();
  return root;
}

/** Files of a few hundred bytes, as sources are, that nobody has touched for a while. */
function fill(tree: string, count: number, version: string): void {
  const before = new Date(Date.now() - 3_600_000);
  for (let place = 0; place < count; place += 1) {
    const file = path.join(tree, nameOf(place));
    if (place % PER_FOLDER === 0) mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, textOf(version, place));
    utimesSync(file, before, before);
  }
}

function nameOf(place: number): string {
  return `folder-${Math.floor(place / PER_FOLDER)}/file-${place % PER_FOLDER}.ts`;
}

function textOf(version: string, place: number): string {
  return `export const ${version}${place} = ${place};\n`.repeat(10);
}
