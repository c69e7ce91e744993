import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { recordTree } from "./__fixtures__/recorded-tree.ts";
import { ProjectCheckpoints, type CheckpointPlaces } from "./ProjectCheckpoints.ts";

const PROGRAM = fileURLToPath(new URL("./__fixtures__/restore-program.ts", import.meta.url));
const FILES = 300;
const KILLS = 9;

let root: string;
let places: CheckpointPlaces;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "coder-killed-"));
  places = { tree: path.join(root, "tree"), staging: path.join(root, "staging"), store: path.join(root, "store") };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function fill(version: string): void {
  rmSync(places.tree, { recursive: true, force: true });
  mkdirSync(path.join(places.tree, ".git"), { recursive: true });
  writeFileSync(path.join(places.tree, ".git/HEAD"), "ref: refs/heads/main\n");
  for (let place = 0; place < FILES; place += 1) {
    if (version === "two" && place % 5 === 0) continue;
    const folder = path.join(places.tree, `folder-${place % 7}`, version === "two" && place % 11 === 0 ? "moved" : "");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `file-${place}`), `${version} ${place}\n`.repeat(20));
  }
  symlinkSync(version, path.join(places.tree, "link"));
}

/** The next operation of any kind: it finishes first what was begun. */
function take(): string {
  const checkpoints = new ProjectCheckpoints(places);
  if (checkpoints.pending() !== null) checkpoints.finish();
  checkpoints.forget();
  const { root: taken } = checkpoints.take();
  checkpoints.close();
  return taken;
}

/** Ends the program without a word this long after it has written its journal; null: before it writes one. */
async function killedAfter(target: string, milliseconds: number | null): Promise<boolean> {
  const program = spawn(process.execPath, [PROGRAM, JSON.stringify(places), target, crypto.randomUUID()], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  program.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (milliseconds === null && said.includes("open")) program.kill("SIGKILL");
    if (milliseconds !== null && said.includes("begun")) setTimeout(() => program.kill("SIGKILL"), milliseconds);
  });
  await once(program, "close");
  return said.includes("done");
}

it("is finished by whoever comes next, wherever it was killed, and touches no repository", async () => {
  fill("one");
  const wanted = recordTree(places.tree, new Set());
  const target = take();
  let inTheMiddle = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    fill("two");
    const before = recordTree(places.tree, new Set());
    const done = await killedAfter(target, kill === 0 ? null : (kill - 1) * 3);
    const left = JSON.stringify(recordTree(places.tree, new Set()));
    if (!done && left !== JSON.stringify(before) && left !== JSON.stringify(wanted)) inTheMiddle += 1;
    take();
    const after = recordTree(places.tree, new Set());
    expect([JSON.stringify(wanted), JSON.stringify(before)]).toContain(JSON.stringify(after));
    if (kill > 0) expect(after).toEqual(wanted);
  }
  expect(inTheMiddle).toBeGreaterThan(0);
}, 120_000);
