import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { bytesOfText, ProjectTree, walkTree, type WalkOptions } from "@coder/work-tree";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { plant } from "../__fixtures__/import-rig.ts";
import { measureTree } from "./measure-tree.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "coder-walk-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function paths(options: WalkOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { path: at } of walkTree(new ProjectTree(directory), options)) found.push(at);
  return found;
}

it("goes in the order of the bytes of whole paths", async () => {
  await plant(directory, { "a/x": "", "a-b": "", "a.b": "", a0: "", "a!/y": "", B: "", "\u00e9": "", "l": "-> a" });
  expect(await paths()).toEqual(["B", "a!", "a!/y", "a-b", "a.b", "a", "a/x", "a0", "l", "\u00e9"]);
});

it("goes on after any path, whether it is still there or not", async () => {
  const part = fc.constantFrom("a", "b", "a-", "a0", "\udcff", "z");
  const file = fc.array(part, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 8 }), file, async (files, after) => {
      await rm(directory, { recursive: true });
      await mkdir(directory);
      for (const parts of files) {
        await mkdir(Buffer.concat([Buffer.from(`${directory}/`), bytesOfText(parts.slice(0, -1).join("/"))]), { recursive: true }).catch(() => undefined);
        await writeFile(Buffer.concat([Buffer.from(`${directory}/`), bytesOfText(parts.join("/"))]), "").catch(() => undefined);
      }
      const all: string[] = [];
      for await (const entry of walkTree(new ProjectTree(directory))) if (entry.kind === "file") all.push(entry.path);
      const from = after.join("/");
      const rest: string[] = [];
      for await (const entry of walkTree(new ProjectTree(directory), { after: from })) if (entry.kind === "file") rest.push(entry.path);
      expect(all).toEqual(all.toSorted((one, other) => Buffer.compare(bytesOfText(one), bytesOfText(other))));
      expect(rest).toEqual(all.filter((at) => Buffer.compare(bytesOfText(at), bytesOfText(from)) > 0));
    }),
    { numRuns: 60 },
  );
});

it("follows no link and enters nothing twice", async () => {
  await plant(directory, { "d/up": "-> ..", "out": "-> /etc", "loop": "-> loop", "d/f": "x" });
  expect(await paths()).toEqual(["d", "d/f", "d/up", "loop", "out"]);
});

it("stops when it is told to", async () => {
  await plant(directory, { a: "" });
  await expect(paths({ signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
});

it("counts files and links, and the bytes of files; nothing is nothing", async () => {
  await plant(directory, { "a/b": "12345", c: "678", l: "-> c" });
  const signal = new AbortController().signal;
  expect(await measureTree(new ProjectTree(directory), signal)).toEqual({ files: 3, bytes: 8 });
  expect(await measureTree(new ProjectTree(path.join(directory, "missing")), signal)).toEqual({ files: 0, bytes: 0 });
});
