import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataDirectory } from "./data-directory.mjs";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "coder-data-directory-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const open = (/** @type {string} */ directory) => openDataDirectory(directory, () => ({}));

test("the directory and those above it are made, for their owner alone", async () => {
  const { paths, lock } = await open(join(root, "a/b/data"));
  await lock.release();
  expect([join(root, "a"), join(root, "a/b/data"), paths.secrets].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
});

test("where none can be made, it is named with what to do", async () => {
  writeFileSync(join(root, "file"), "");
  await expect(open(join(root, "file"))).rejects.toMatchObject({ message: `${join(root, "file")} is not a directory.` });
  await expect(open(join(root, "file/data"))).rejects.toMatchObject({ message: `${join(root, "file/data")} is not a directory.` });
});

test.runIf(process.platform === "linux")("a file system that makes no directories is named too, instead of being asked for ever", async () => {
  await expect(open("/proc/coder/data")).rejects.toMatchObject({ message: expect.stringContaining("The data directory /proc/coder/data cannot be written"), remedy: expect.stringContaining("CODER_DATA") });
});
