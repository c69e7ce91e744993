import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { NOBODY, tellsAs } from "@coder/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inStaging, removeLeftovers, temporaryIn } from "./staging.ts";

let staging: string;
beforeEach(async () => void (staging = await mkdtemp(path.join(tmpdir(), "coder-staging-"))));
afterEach(() => rm(staging, { recursive: true, force: true }));

it("removes what a dead process left, of whoever asked for its name, and nothing that is younger", async () => {
  const [old, oldFolder, young] = [temporaryIn(staging), temporaryIn(staging), temporaryIn(staging)];
  await mkdir(oldFolder);
  for (const file of [old, path.join(oldFolder, "inside"), young]) await writeFile(file, "x");
  for (const each of [old, oldFolder]) await utimes(each, 0, 0);
  await removeLeftovers(staging, new Date(1_000));
  expect(await readdir(staging)).toEqual([path.basename(young)]);
});

it("leaves nothing of what was made for a moment, however that ended", async () => {
  await inStaging(staging, (temporary) => writeFile(temporary, "x"));
  await expect(inStaging(staging, async (temporary) => {
    await mkdir(temporary);
    throw new Error("stopped");
  })).rejects.toThrow("stopped");
  expect(await readdir(staging)).toEqual([]);
});

it.skipIf(process.getuid?.() !== 0)("removes what a program closed to an ordinary user", async () => {
  expect(await tellsAs(NOBODY, path.join(import.meta.dirname, "__fixtures__/cleans-up.ts"))).toEqual([]);
});
