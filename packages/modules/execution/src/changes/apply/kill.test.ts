import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { newId } from "@coder/shared/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runUntilKilled } from "../../__fixtures__/run-until-killed.ts";
import { sha256 } from "../__fixtures__/ChangeRig.ts";
import { goOn } from "./__fixtures__/go-on.ts";
import type { PlannedFile } from "./journal.ts";

vi.setConfig({ testTimeout: 240_000 });

const PROCESS = path.resolve(import.meta.dirname, "__fixtures__/apply-process.ts");

/** Runs the process; `fatal` 0 lets it live. */
async function run(root: string, fatal: number, planned: string | null): Promise<{ readonly killed: boolean; readonly calls: number }> {
  const { killed, out } = await runUntilKilled(PROCESS, [root, String(fatal), ...(planned === null ? [] : [planned])]);
  return { killed, calls: killed ? fatal : Number(out) };
}

/** Every file of a tree with its content and whether it can be run; folders by their names. */
async function snapshot(tree: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    const name = path.relative(tree, at);
    if (entry.isDirectory()) found[name] = "folder";
    else found[name] = `${((await stat(at)).mode & 0o111) !== 0 ? "x" : "-"} ${await readFile(at, "utf8")}`;
  }
  return found;
}

describe("a process that is killed while a change is applied", () => {
  let root: string;
  let template: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "coder-kill-"));
    template = path.join(root, "template");
    const texts = path.join(template, "texts");
    for (const folder of [texts, path.join(template, "set"), path.join(template, "tree/src")]) await mkdir(folder, { recursive: true });
    const state = async (text: string | null, executable = false) => {
      if (text === null) return null;
      await writeFile(path.join(texts, sha256(text)), text);
      return { hash: sha256(text), executable };
    };
    await writeFile(path.join(template, "tree/src/a.ts"), "a old\n");
    await writeFile(path.join(template, "tree/gone.txt"), "gone\n");
    await writeFile(path.join(template, "tree/run.sh"), "run\n");
    await chmod(path.join(template, "tree/run.sh"), 0o755);
    const files: PlannedFile[] = [
      { path: "src/a.ts", before: await state("a old\n"), after: await state("a new\n") },
      { path: "new/deep/b.ts", before: null, after: await state("b new\n", true) },
      { path: "gone.txt", before: await state("gone\n"), after: null },
      { path: "run.sh", before: await state("run\n", true), after: await state("run\n", false) },
    ];
    await writeFile(path.join(template, "plan.json"), JSON.stringify({ action: "apply", jobId: newId(), files }));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const fresh = async (name: string) => {
    const at = path.join(root, name);
    await cp(template, at, { recursive: true });
    return at;
  };

  it("leaves nothing half done at any call: the next one finishes it or takes it back, once", async () => {
    const whole = await fresh("whole");
    const { calls } = await run(whole, 0, path.join(whole, "plan.json"));
    expect(calls).toBeGreaterThan(25);
    const [before, after] = [await snapshot(path.join(template, "tree")), await snapshot(path.join(whole, "tree"))];
    expect(after).toEqual({ src: "folder", "src/a.ts": "- a new\n", new: "folder", "new/deep": "folder", "new/deep/b.ts": "x b new\n", "run.sh": "- run\n" });

    let [finished, takenBack] = [0, 0];
    const boundaries = Array.from({ length: calls }, (_, index) => index + 1);
    const check = async (fatal: number) => {
      const at = await fresh(`kill-${fatal}`);
      const plan = path.join(at, "plan.json");
      expect((await run(at, fatal, plan)).killed).toBe(true);
      const journal = await readFile(path.join(at, "set/journal.json"), "utf8").catch(() => null);
      const done = await readFile(path.join(at, "set/record.json"), "utf8").catch(() => null);
      // Without a journal nothing was touched, or all of it is done.
      if (journal === null) expect(await snapshot(path.join(at, "tree"))).toEqual(done === null ? before : after);
      // Every fifth time the next one is killed too, in the middle of putting it right.
      if (journal !== null && fatal % 2 === 0) {
        // Nobody wants it any more: whoever settles it takes it back.
        if (fatal % 5 === 0) await run(at, 1 + (fatal % 7), null);
        await goOn(at, null);
        expect([fatal, await snapshot(path.join(at, "tree"))]).toEqual([fatal, before]);
        takenBack += 1;
      } else {
        if (fatal % 5 === 0) await run(at, 1 + (fatal % 7), plan);
        await goOn(at, plan);
        await goOn(at, plan);
        expect([fatal, await snapshot(path.join(at, "tree"))]).toEqual([fatal, after]);
        finished += 1;
      }
      expect(await readdir(path.join(at, "staging")).catch(() => [])).toEqual([]);
      expect(await readFile(path.join(at, "set/journal.json")).catch(() => null)).toBeNull();
    };
    for (let from = 0; from < boundaries.length; from += 2) await Promise.all(boundaries.slice(from, from + 2).map(check));
    expect(finished).toBeGreaterThan(8);
    expect(takenBack).toBeGreaterThan(8);
  });
});
