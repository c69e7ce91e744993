import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
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

/** A checkpoint after one edit must not cost what the first one did, and a restore little more than copies. */
export const checkpointBenchmark: Benchmark = {
  name: "Checkpoints and restores",
  run: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "coder-bench-checkpoints-"));
    try {
      return [
        ratioFinding(`Checkpoint after one edit in ${FILES.toLocaleString("en")} files, against a full one`, await compareCheckpoints(path.join(folder, "large")), EDIT_GOAL),
        ratioFinding(`Restore of ${RESTORED.toLocaleString("en")} files, against copying them`, await compareRestores(path.join(folder, "restored")), RESTORE_GOAL),
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
    checkpoints.close();
    target = target === first ? second : first;
  };
  const copies = path.join(folder, "copies");
  const copy: Workload = async () => {
    rmSync(copies, { recursive: true, force: true });
    cpSync(places.tree, copies, { recursive: true });
  };
  return compare(restore, copy, { rounds: ROUNDS });
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
    const folder = path.join(tree, `folder-${Math.floor(place / PER_FOLDER)}`);
    if (place % PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `file-${place % PER_FOLDER}.ts`);
    writeFileSync(file, `export const ${version}${place} = ${place};\n`.repeat(10));
    utimesSync(file, before, before);
  }
}
