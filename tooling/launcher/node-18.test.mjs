import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { childEnvironment } from "./environment.mjs";
import { FixtureClone } from "./fixtures/clone.mjs";
import { ensureNode, npmProgram } from "./node-runtime.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { runStep } from "./run-step.mjs";

const OLD_NODE = "18.20.8";
/** The last npm that runs on it. */
const OLD_NPM = "10.9.4";
const packaged = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);

async function oldMachine() {
  const { node } = await ensureNode({ tools: inClone(".tools/node-18"), version: OLD_NODE, always: true });
  const folder = inClone(".tools/npm-10");
  const npm = join(folder, "node_modules/npm/bin/npm-cli.js");
  if (!existsSync(npm)) await runStep(process.execPath, [npmProgram(), "install", "--prefix", folder, "--no-save", "--ignore-scripts", `npm@${OLD_NPM}`], { cwd: ROOT, env: childEnvironment(null) });
  return { node, npm };
}

test.skipIf(!packaged)("the launcher begins on Node 18, brings Node 24 and runs the product there (the registry has no Node 18 for every platform)", { timeout: 300_000 }, async () => {
  const { node, npm } = await oldMachine();
  const clone = await FixtureClone.create();
  try {
    const run = await clone.launch({ node, env: { npm_execpath: npm } });
    await run.says(/✓ Node .* 24\.21\.0/);
    await run.ready();
    expect(JSON.parse(readFileSync(join(clone.data, "run/state.json"), "utf8")).launcher.node).toBe(OLD_NODE);
    expect(existsSync(join(clone.root, `.tools/node_modules/node-linux-${process.arch}/bin/node`))).toBe(true);
    expect(await (await fetch(`${run.url}/query`)).json()).toMatchObject({ role: "coder_app" });
    expect(await run.stop()).toEqual({ code: 0, signal: null });
    expect(clone.survivors()).toEqual([]);
  } finally {
    await clone.dispose();
  }
});
