import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { diskHealth } from "./disk-health.ts";

const directory = mkdtempSync(join(tmpdir(), "coder-disk-"));
afterAll(() => rmSync(directory, { recursive: true }));

it("tells how much is free", async () => {
  expect(await diskHealth(directory, 0)()).toEqual({ status: "up", message: expect.stringMatching(/^\d+\.\d GB of \d+\.\d GB free where /) });
});

it("warns before nothing is, with the directory and what to do", async () => {
  const report = await diskHealth(directory, Number.POSITIVE_INFINITY)();
  expect(report).toEqual({ status: "degraded", message: expect.stringMatching(/^Only .* GB free where /), remedy: expect.stringContaining("Free some space") });
  expect(report.message).toContain(directory);
});

it("has nothing to say where there is no such directory", async () => {
  expect(await diskHealth(join(directory, "elsewhere"))()).toEqual({ status: "up" });
});
