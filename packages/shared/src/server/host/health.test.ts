import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { summarizeHealth } from "./health.ts";

let dataDirectory = "";
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "coder-health-"));
  mkdirSync(join(dataDirectory, "run"));
});
afterEach(() => rmSync(dataDirectory, { recursive: true, force: true }));

const summary = () => summarizeHealth({ version: "1", dataDirectory, placement: { here: [], elsewhere: [], absent: new Map() }, resources: {}, modules: {} });

test("shows the processes that the launcher noted, with why one ended last", async () => {
  const running = { name: "gateway", pid: 7, startTime: "boot:1", state: "ready", restarts: 1, since: "2030-01-01T00:00:00.000Z", lastExit: { at: "2030-01-01T00:00:00.000Z", code: 3, signal: null, reason: "ended with exit code 3" } };
  const state = { version: 1, updatedAt: running.since, launcher: { pid: 1 }, address: null, processes: [running, { ...running, name: "web", restarts: 0, lastExit: null }] };
  writeFileSync(join(dataDirectory, "run/state.json"), JSON.stringify(state));
  expect((await summary()).processes).toEqual([
    { name: "gateway", pid: 7, state: "ready", restarts: 1, since: running.since, lastExit: "ended with exit code 3 (2030-01-01T00:00:00.000Z)" },
    { name: "web", pid: 7, state: "ready", restarts: 0, since: running.since, lastExit: null },
  ]);
});

test("shows none where no launcher runs, or half a note", async () => {
  expect((await summary()).processes).toEqual([]);
  writeFileSync(join(dataDirectory, "run/state.json"), '{"version":1,"proc');
  expect((await summary()).processes).toEqual([]);
});
