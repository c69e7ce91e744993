import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { NOBODY, tellsAs } from "@coder/testing";
import { ProjectTree } from "@coder/work-tree";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runUntilKilled } from "../../__fixtures__/run-until-killed.ts";
import { recordTree } from "../../checkpoints/__fixtures__/recorded-tree.ts";
import { Swap } from "./Swap.ts";

const PROCESS = path.resolve(import.meta.dirname, "__fixtures__/swap-process.ts");

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "coder-swap-"));
  const template = path.join(root, "template");
  // Replaced; new; gone; a folder of somebody who links to it.
  const files = { "tree/node_modules/x/v": "old", "tree/a/own": "mine", "tree/b/node_modules/y/v": "old", "tree/c/own": "mine", "staging/made/node_modules/x/v": "new", "staging/made/node_modules/z/v": "new", "staging/made/a/node_modules/w/v": "new" };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(template, name)), { recursive: true });
    await writeFile(path.join(template, name), text);
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function fresh(name: string): Promise<string> {
  const at = path.join(root, name);
  await cp(path.join(root, "template"), at, { recursive: true });
  return at;
}

const treeOf = (at: string) => recordTree(path.join(at, "tree"), new Set());
const swapOf = (at: string) => new Swap({ tree: new ProjectTree(path.join(at, "tree")), staging: path.join(at, "staging") });

it("puts all folders in their places or none, at whatever call its process is killed, and the way back as well", async () => {
  const whole = await fresh("whole");
  const calls = Number((await runUntilKilled(PROCESS, [whole, "0", "run"])).out);
  const [before, after] = [treeOf(path.join(root, "template")), treeOf(whole)];
  expect(Object.keys(after).filter((name) => /node_modules\/./.test(name)).toSorted()).toEqual(["a/node_modules/w", "a/node_modules/w/v", "node_modules/x", "node_modules/x/v", "node_modules/z", "node_modules/z/v"]);
  expect(calls).toBeGreaterThan(9);
  let inTheMiddle = 0;
  const check = async (fatal: number): Promise<void> => {
    const at = await fresh(`kill-${fatal}`);
    expect((await runUntilKilled(PROCESS, [at, String(fatal), "run"])).killed).toBe(true);
    const left = JSON.stringify(treeOf(at));
    if (left !== JSON.stringify(before) && left !== JSON.stringify(after)) inTheMiddle += 1;
    // Sometimes whoever takes it back is killed as well.
    if (fatal % 3 === 0) await runUntilKilled(PROCESS, [at, String(1 + (fatal % 6)), "back"]);
    await swapOf(at).back();
    await swapOf(at).back();
    expect([before, after], `call ${fatal}`).toContainEqual(treeOf(at));
  };
  const boundaries = Array.from({ length: calls }, (_, index) => index + 1);
  for (let from = 0; from < calls; from += 2) await Promise.all(boundaries.slice(from, from + 2).map(check));
  expect(inTheMiddle).toBeGreaterThan(2);
}, 240_000);

it("takes everything back where one folder cannot be put in its place", async () => {
  const at = await fresh("refused");
  const before = treeOf(at);
  const made = path.join(at, "staging/made");
  const folders = [{ path: "node_modules", made: path.join(made, "node_modules") }, { path: "no/such/folder/node_modules", made: path.join(made, "a/node_modules") }];
  await expect(swapOf(at).run(folders)).rejects.toMatchObject({ code: "entry_not_found" });
  expect(treeOf(at)).toEqual(before);
});

it("leaves what somebody has installed in the meantime", async () => {
  const at = await fresh("meanwhile");
  await runUntilKilled(PROCESS, [at, "0", "run"]);
  // As after a kill between the two steps of the first folder, and an installation by hand.
  await rm(path.join(at, "tree/node_modules"), { recursive: true });
  await mkdir(path.join(at, "tree/node_modules/by-hand"), { recursive: true });
  await cp(path.join(at, "staging/done-swap.json"), path.join(at, "staging/swap.json"));
  await swapOf(at).back();
  expect(await readdir(path.join(at, "tree/node_modules"))).toEqual(["by-hand"]);
});

it.skipIf(process.getuid?.() !== 0)("takes the place of what a program closed to an ordinary user", async () => {
  expect(await tellsAs(NOBODY, path.join(import.meta.dirname, "__fixtures__/swap-as-owner.ts"))).toBe("new");
});
