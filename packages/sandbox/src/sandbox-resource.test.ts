import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadConfig } from "@coder/shared/server";
import { silentLogger } from "@coder/testing";
import { expect, it } from "vitest";
import { hasBubblewrap } from "./__fixtures__/rig.ts";
import { sandboxResource } from "./sandbox-resource.ts";

it.skipIf(!hasBubblewrap())("is opened as a host does, tells the health page what is in force, and ends its runs when the host does", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "coder-sandbox-resource-"));
  const env = { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32), CODER_DATA: directory };
  const config = await loadConfig({ modules: [], env, operatorFile: null });
  expect(config.kernel.sandbox.allowBareProcess).toBe(false);
  const { value, health, close } = await sandboxResource.open({ config: config.kernel, live: config.liveKernel, noteCrossTenantWork: () => {}, log: silentLogger });
  expect(await health()).toEqual({ status: "up", message: expect.stringMatching(/^Runs are isolated by bubblewrap \d.*Memory, processes and CPU time.*\.$/) });
  const running = await value.spawn({ command: "sleep", args: ["60"] });
  await close();
  expect(await running.ended).toMatchObject({ endedBy: "abort" });
  await rm(directory, { recursive: true });
});
