import { existsSync, lstatSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FixtureClone } from "./fixtures/clone.mjs";
import { until } from "./fixtures/until.mjs";
import { ensureNode } from "./node-runtime.mjs";
import { inClone } from "./paths.mjs";

/** @type {FixtureClone} */
let clone;
beforeAll(async () => {
  clone = await FixtureClone.create();
});
afterAll(() => clone.dispose());

const LOCKED = "node_modules/zod";

/**
 * In the place of npm: tells how it was called, and does what INSTALL says.
 *
 * @param {string} install
 */
function npmThat(install) {
  clone.write(
    "npm-cli.cjs",
    `const { appendFileSync, mkdirSync, symlinkSync, existsSync } = require("node:fs");
     appendFileSync(process.env.NEXT_EVENTS, "npm " + process.argv.slice(2).join(" ") + " on " + process.version + "\\n");
     ${install}`,
  );
}
const MENDS = `if (!existsSync("${LOCKED}")) symlinkSync(${JSON.stringify(inClone(LOCKED))}, "${LOCKED}");`;
const npmRuns = () => clone.readEvents().filter((event) => event.startsWith("npm "));

describe("packages", { timeout: 240_000 }, () => {
  test("are installed again when one of them is missing, without install scripts", async () => {
    unlinkSync(join(clone.root, LOCKED));
    npmThat(MENDS);
    const run = await clone.launch();
    await run.says("✓ Packages");
    expect(npmRuns()).toHaveLength(1);
    expect(npmRuns()[0]).toContain("npm ci --ignore-scripts");
    await run.stop();
  });

  test("are installed again after an install that was killed", async () => {
    rmSync(join(clone.root, "node_modules/.coder-install.json"));
    npmThat("setInterval(() => {}, 1000);");
    const killed = await clone.launch();
    await until(() => npmRuns().length === 2, "the install runs");
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(existsSync(join(clone.root, "node_modules/.coder-install.json"))).toBe(false);
    npmThat(MENDS);
    const next = await clone.launch();
    await next.says("✓ Packages");
    expect(npmRuns()).toHaveLength(3);
    await next.stop();
  });

  test("are installed again when the lock file changes, and only then", async () => {
    const unchanged = await clone.launch();
    await unchanged.says(/✓ Packages .*unchanged/);
    await unchanged.stop();
    const lock = join(clone.root, "package-lock.json");
    writeFileSync(lock, `${readFileSync(lock, "utf8")}\n`);
    const changed = await clone.launch();
    await changed.says("✓ Packages");
    expect(npmRuns()).toHaveLength(4);
    await changed.stop();
  });

  test("that cannot be installed are a problem with npm's last words", async () => {
    rmSync(join(clone.root, "node_modules/.coder-install.json"));
    npmThat('console.error("npm error network ENOTFOUND registry"); process.exitCode = 1;');
    const run = await clone.launch();
    expect((await run.ended).code).toBe(1);
    expect(run.output).toContain("The packages could not be installed (npm ci).");
    expect(run.output).toContain("ENOTFOUND registry");
    expect(clone.survivors()).toEqual([]);
    npmThat(MENDS);
  });

  test("a second start on the same clone waits for the first one's install", async () => {
    rmSync(join(clone.root, "node_modules/.coder-install.json"), { force: true });
    npmThat(`const { readFileSync } = require("node:fs"); ${MENDS} const wait = () => readFileSync(process.env.NEXT_EVENTS, "utf8").includes("go on") || setTimeout(wait, 20); wait();`);
    const before = npmRuns().length;
    const first = await clone.launch();
    await until(() => npmRuns().length === before + 1, "the install runs");
    const second = await clone.launch({ env: { CODER_DATA: join(clone.root, "second data") } });
    await second.says(`Process ${first.child.pid} installs or builds in this clone; waiting for it`);
    writeFileSync(clone.events, "go on\n", { flag: "a" });
    await Promise.all([first.ready(), second.ready()]);
    expect(npmRuns()).toHaveLength(before + 1);
    await Promise.all([first.stop(), second.stop()]);
    clone.data = join(clone.root, "second data");
    expect(clone.survivors()).toEqual([]);
  });
});

describe("pages", { timeout: 240_000 }, () => {
  test("are built again when a source that they reach changes, and when a build was not finished", async () => {
    const builds = () => clone.readEvents().filter((event) => event === "web built").length;
    const before = builds();
    clone.write("apps/web/src/page.tsx", "// changed");
    const changed = await clone.launch();
    await changed.says(/✓ Pages .*built/);
    await changed.stop();
    rmSync(join(clone.root, ".tools/stamps/web"));
    const unfinished = await clone.launch();
    await unfinished.says(/✓ Pages .*built/);
    await unfinished.stop();
    clone.write("apps/web/src/page.test.tsx", "// tests are no input");
    clone.write("packages/shared/src/server/more.ts", "// nor is what no page reaches");
    const same = await clone.launch();
    await same.says(/✓ Pages .*unchanged/);
    await same.stop();
    expect(builds() - before).toBe(2);
  });
});

describe("configuration", { timeout: 240_000 }, () => {
  test("faults are named all at once, before anything is started", async () => {
    clone.write(".env", "REQUESTS_PER_MINUTE=none # fewer than one\n");
    writeFileSync(join(clone.data, "coder.yaml"), "server:\n  prot: 4000\n");
    const run = await clone.launch();
    expect((await run.ended).code).toBe(1);
    expect(run.output).toMatch(/2 problems/);
    expect(run.output).toMatch(/REQUESTS_PER_MINUTE/);
    expect(run.output).toMatch(/coder\.yaml:2.*prot.*did you mean server\.port/);
    expect(run.output).not.toContain("✓ PostgreSQL");
    rmSync(join(clone.root, ".env"));
    rmSync(join(clone.data, "coder.yaml"));
  });
});

describe("Node", { timeout: 240_000 }, () => {
  test("half an installation of it is replaced", async () => {
    if (Number(process.versions.node.split(".")[0]) < 24) throw new Error("Tests run on Node 24");
    const tools = join(clone.root, "tools");
    const name = `node-${process.platform}-${process.arch}`;
    const program = `tools/node_modules/${name}/bin/node`;
    clone.write(program, "half a file");
    process.env["NEXT_EVENTS"] = clone.events;
    process.env["npm_execpath"] = join(clone.root, "npm-cli.cjs");
    npmThat(`const { copyFileSync } = require("node:fs"); mkdirSync("${tools}/node_modules/${name}/bin", { recursive: true }); symlinkSync(process.execPath, "${join(clone.root, program)}");`);
    let brought = 0;
    const runtime = await ensureNode({ tools, version: process.versions.node, onBring: () => (brought += 1), always: true });
    expect(brought).toBe(1);
    expect(lstatSync(runtime.node).isSymbolicLink()).toBe(true);
    expect(npmRuns().at(-1)).toContain(`--ignore-scripts`);
    await ensureNode({ tools, version: process.versions.node, onBring: () => (brought += 1), always: true });
    expect(brought).toBe(1);
  });
});
