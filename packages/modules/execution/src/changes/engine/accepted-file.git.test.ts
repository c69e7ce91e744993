import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reviewedFile, type Granularity } from "./__fixtures__/arbitraries.ts";
import { patchOf } from "./__fixtures__/patch-of.ts";
import { acceptedFile, type FileResult, type ReviewedFile } from "./accepted-file.ts";

const BATCH = 1_000;

/** What git makes of the files when the accepted parts of each are applied as one patch. */
async function appliedByGit(folder: string, files: readonly ReviewedFile[]): Promise<readonly FileResult[]> {
  const patches: string[] = [];
  for (const [index, file] of files.entries()) {
    const name = `f${index}`;
    if (file.base !== null) {
      await writeFile(path.join(folder, name), file.base);
      if (file.baseExecutable) await chmod(path.join(folder, name), 0o755);
    }
    patches.push(patchOf(name, file));
  }
  const git = spawn("git", ["apply", "--whitespace=nowarn", "-"], { cwd: folder, env: { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", HOME: folder, GIT_CEILING_DIRECTORIES: path.dirname(folder) } });
  git.stdin.end(patches.join(""));
  let errors = "";
  git.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => git.on("close", resolve));
  expect(errors).toBe("");
  expect(code).toBe(0);
  return Promise.all(files.map((_, index) => resultAt(path.join(folder, `f${index}`))));
}

async function resultAt(file: string): Promise<FileResult> {
  const text = await readFile(file, "utf8").catch(() => null);
  return { text, executable: text !== null && ((await stat(file)).mode & 0o111) !== 0 };
}

describe("what is accepted of a file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "coder-apply-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each<Granularity>(["hunks", "lines"])("is what git apply makes of the same patch, by %s", async (granularity) => {
    for (const seed of [1, 2, 3]) {
      const files = fc.sample(reviewedFile(granularity), { seed: seed * 7_919, numRuns: BATCH }).filter(({ hunks }) => hunks.length > 0);
      const batch = path.join(folder, String(seed));
      await mkdir(batch);
      const byGit = await appliedByGit(batch, files);
      for (const [index, file] of files.entries()) {
        const ours = acceptedFile(file);
        // What has no file has no mode.
        expect({ file, ...ours, executable: ours.text !== null && ours.executable }).toEqual({ file, ...byGit[index] });
      }
    }
  });
});
