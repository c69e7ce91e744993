import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { outcome } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { madeLock } from "../../__fixtures__/made-lock.ts";
import { RunRig } from "../../__fixtures__/RunRig.ts";
import { openRegistry, type TinyRegistry } from "../../__fixtures__/tiny-registry.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const SCRIPTS = { preinstall: "echo ran > ran.txt", prepare: "echo ran > ran.txt", test: "node -p \"require('tiny')\"" };
const APP = { name: "app", version: "1.0.0", private: true, dependencies: { tiny: "1.0.0" }, scripts: SCRIPTS };
const MEMBER = { name: "member", version: "1.0.0", dependencies: { tiny: "1.0.0" }, scripts: SCRIPTS };
const ELSEWHERE = "https://registry.yarnpkg.com/";

const MANAGERS = [
  { manager: "pnpm", lock: "pnpm-lock.yaml", more: {}, workspaces: { "pnpm-workspace.yaml": "packages:\n  - packages/*\n" }, manifest: {}, link: "workspace:*" },
  { manager: "yarn", lock: "yarn.lock", more: {}, workspaces: {}, manifest: { workspaces: ["packages/*"] }, link: "1.0.0" },
  { manager: "berry", lock: "yarn.lock", more: { ".yarnrc.yml": "nodeLinker: node-modules\nyarnPath: .yarn/evil.cjs\nplugins:\n  - .yarn/evil.cjs\n" }, workspaces: {}, manifest: { workspaces: ["packages/*"] }, link: "workspace:*" },
] as const;

let registry: TinyRegistry;
let rig: RunRig;
beforeEach(async () => {
  // Without its hostile bin, at which Yarn 4 gives up.
  registry = await openRegistry(`sed -i 's#../../../../evil#tiny#' package/package.json; tar czf tiny.tgz package`);
  rig = await RunRig.open({ config: { install: { registry: registry.url, allowedPrivateHosts: [registry.host] } } });
});
afterEach(async () => {
  await rig.close();
  await registry.close();
});

const lockOf = async (manager: (typeof MANAGERS)[number]["manager"], files: Readonly<Record<string, string | object>>) => {
  const text = await madeLock(manager, registry, manager === "berry" ? { ...files, ".yarnrc.yml": "nodeLinker: node-modules\n" } : files);
  registry.asked.length = 0;
  // As it was made where the project comes from: at another registry.
  return manager === "yarn" ? text.replaceAll(registry.url, ELSEWHERE) : text;
};
const install = () => rig.run({ kind: "install", folder: "" });

describe.each(MANAGERS)("a lock file of $manager", ({ manager, lock, more, workspaces, manifest, link }) => {
  it("is installed through the proxy alone, without scripts, and takes its place as a whole", async () => {
    await rig.write({
      "package.json": { ...APP, packageManager: "pnpm@9.0.0" }, [lock]: await lockOf(manager, { "package.json": APP }), "node_modules/stale/package.json": "{}", ".yarn/evil.cjs": "require('fs').writeFileSync('/workspace/node_modules/evil', '')", ...more,
    });
    const run = await install();
    expect([run.state, run.problem, await rig.output(run.id)]).toEqual(["succeeded", null, expect.stringContaining(`Installed from ${lock}`)]);
    expect(run.command).toMatch(manager === "pnpm" ? /^pnpm install --frozen-lockfile/ : /^yarn install --/);
    expect([await rig.read("node_modules/tiny/index.js"), await rig.read("node_modules/stale/package.json"), await rig.read("node_modules/tiny/ran.txt"), await rig.read("ran.txt"), await rig.read("node_modules/evil")]).toEqual(["module.exports = 42;\n", null, null, null, null]);
    expect(registry.asked).toEqual(["/tiny/-/tiny-1.0.0.tgz"]);
    expect(run.egress).toEqual([{ host: registry.host, requests: expect.any(Number), bytes: expect.any(Number) }]);
    expect(await readdir(rig.staging)).toEqual([]);
    const test = await rig.run({ kind: "script", folder: "", name: "test", args: [] });
    expect([test.state, await rig.output(test.id)]).toEqual(["succeeded", expect.stringContaining("42")]);
  });

  it("is installed for every package of a workspace", async () => {
    const files = { "package.json": { ...APP, ...manifest, dependencies: { ...APP.dependencies, member: link } }, "packages/member/package.json": MEMBER, ...workspaces };
    await rig.write({ ...files, [lock]: await lockOf(manager, files), "packages/member/index.js": "module.exports = require('tiny') + 1;\n", "packages/other/notes.txt": "no package", ...more });
    const run = await rig.run({ kind: "install", folder: "packages/member" });
    expect([run.state, await rig.output(run.id)]).toEqual(["succeeded", expect.stringContaining(`Installed from ${lock}`)]);
    await rig.write({ "use.js": "console.log('from the member: ' + require('member'))" });
    const used = await rig.run({ kind: "file", path: "use.js", args: [] });
    expect([used.state, await rig.output(used.id)]).toEqual(["succeeded", expect.stringContaining("from the member: 43")]);
    const test = await rig.run({ kind: "script", folder: "packages/member", name: "test", args: [] });
    expect([test.state, await rig.output(test.id)]).toEqual(["succeeded", expect.stringContaining("42")]);
  });

  it("that does not fit the project, or names another content, is not installed, and all stays as it was", async () => {
    const text = await lockOf(manager, { "package.json": APP });
    await rig.write({ "package.json": { ...APP, dependencies: { tiny: "1.0.0", other: "2.0.0" } }, [lock]: text, "node_modules/before/package.json": "{}", ...more });
    expect(await install()).toMatchObject({ state: "failed", problem: { code: "install_failed" } });
    const forged = text.replace(/(sha512-|10c0\/)[A-Za-z0-9+/]{8}/, "$1AAAAAAAA");
    expect(forged).not.toBe(text);
    await rig.write({ "package.json": APP, [lock]: forged });
    expect(await install()).toMatchObject({ state: "failed", problem: { code: "install_failed" } });
    expect([await rig.read("node_modules/before/package.json"), await rig.read("node_modules/tiny/index.js"), await readdir(rig.staging)]).toEqual(["{}", null, []]);
  });
});

it("follows the settings of a pnpm before 11: in the manifest and in .npmrc", async () => {
  const app = { ...APP, dependencies: { wanted: "1.0.0" } };
  const text = await lockOf("pnpm", { "package.json": app, "pnpm-workspace.yaml": "overrides:\n  wanted: npm:tiny@1.0.0\nautoInstallPeers: false\n" });
  await rig.write({ "package.json": { ...app, pnpm: { overrides: { wanted: "npm:tiny@1.0.0" } } }, "pnpm-lock.yaml": text, ".npmrc": `auto-install-peers=false\nnode-linker=hoisted\nregistry=https://example.com/\nstore-dir=/workspace/evil\n` });
  const run = await install();
  expect([run.state, await rig.output(run.id), await rig.read("node_modules/wanted/index.js")]).toEqual(["succeeded", expect.stringContaining("Installed from pnpm-lock.yaml"), "module.exports = 42;\n"]);
  expect((await lstat(path.join(rig.tree, "node_modules/wanted"))).isDirectory(), "hoisted, and no link").toBe(true);
  expect(await readdir(rig.tree)).not.toContain("evil");
});

it("follows a lock file of an earlier Yarn 4 too", async () => {
  const text = (await lockOf("berry", { "package.json": APP })).replace(/^ {2}version: \d+$/m, "  version: 8");
  await rig.write({ "package.json": APP, "yarn.lock": text, ".yarnrc.yml": "nodeLinker: node-modules\n" });
  const run = await install();
  expect([run.state, await rig.output(run.id), await rig.read("node_modules/tiny/index.js")]).toEqual(["succeeded", expect.stringContaining("Installed from yarn.lock"), "module.exports = 42;\n"]);
  expect(await rig.read("yarn.lock"), "which stays as it is").toBe(text);
});

describe("what leads elsewhere is refused by name, before anything is started", () => {
  const pnpm = (text: string) => ({ "pnpm-lock.yaml": `lockfileVersion: '9.0'\n${text}` });
  const berry = (text: string) => ({ "yarn.lock": `__metadata:\n  version: 8\n  cacheKey: 10c0\n\n${text}`, ".yarnrc.yml": "nodeLinker: node-modules\n" });
  it.each<[string, Record<string, string>, string]>([
    ["a repository, pnpm", pnpm("packages:\n  evil@1.0.0:\n    resolution: {type: git, repo: https://x/y, commit: abc}\n"), "lock_file_refused"],
    ["a folder, pnpm", pnpm("packages:\n  evil@1.0.0:\n    resolution: {directory: ../../secret, type: directory}\n"), "lock_file_refused"],
    ["a place outside, pnpm", pnpm("importers:\n  ../../other: {}\n"), "lock_file_refused"],
    ["a program of the project, pnpm", pnpm("pnpmfileChecksum: abc\n"), "install_unsupported"],
    ["another version, pnpm", { "pnpm-lock.yaml": "lockfileVersion: '6.0'\n" }, "install_unsupported"],
    ["no YAML, pnpm", { "pnpm-lock.yaml": "a: [b\n" }, "lock_file_refused"],
    ["an endless one, pnpm", { "pnpm-lock.yaml": `a: &a [x,x]\n${Array.from({ length: 40 }, (_unused, at) => `b${at}: &b${at} [*${at === 0 ? "a" : `b${at - 1}`},*${at === 0 ? "a" : `b${at - 1}`}]`).join("\n")}\n` }, "lock_file_refused"],
    ["an address, Yarn 1", { "yarn.lock": '# yarn lockfile v1\n\nevil@1.0.0:\n  version "1.0.0"\n  resolved "https://example.com/evil.tar.gz#abc"\n' }, "lock_file_refused"],
    ["a repository, Yarn 1", { "yarn.lock": '# yarn lockfile v1\n\n"evil@git+ssh://git@x/y.git":\n  version "1.0.0"\n  resolved "git+ssh://git@x/y.git#abc"\n' }, "lock_file_refused"],
    ["a folder, Yarn 1", { "yarn.lock": '# yarn lockfile v1\n\n"evil@file:../../secret":\n  version "1.0.0"\n' }, "lock_file_refused"],
    ["an address, Yarn 4", berry('"evil@https://example.com/evil.tgz":\n  version: 1.0.0\n  resolution: "evil@https://example.com/evil.tgz"\n'), "lock_file_refused"],
    ["another archive, Yarn 4", berry('"evil@npm:1.0.0":\n  version: 1.0.0\n  resolution: "evil@npm:1.0.0::__archiveUrl=https%3A%2F%2Fexample.com%2Fevil.tgz"\n'), "lock_file_refused"],
    ["a place outside, Yarn 4", berry('"evil@workspace:../../other":\n  version: 0.0.0-use.local\n  resolution: "evil@workspace:../../other"\n'), "lock_file_refused"],
    ["Plug'n'Play, Yarn 4", { ...berry(""), ".yarnrc.yml": "" }, "install_unsupported"],
    ["another version, Yarn 3", { "yarn.lock": "__metadata:\n  version: 6\n", ".yarnrc.yml": "nodeLinker: node-modules\n" }, "install_unsupported"],
  ])("%s", async (_what, files, code) => {
    await rig.write({ "package.json": APP, "node_modules/before/package.json": "{}", ...files });
    const run = await install().catch((error: unknown) => error);
    expect(run).toMatchObject({ state: "failed", problem: { code, remedy: expect.stringMatching(/\w/) } });
    expect([registry.asked, await rig.read("node_modules/before/package.json"), await readdir(path.join(rig.tree, "node_modules"))]).toEqual([[], "{}", ["before"]]);
  });

  it("says so where there is no lock file", async () => {
    await rig.write({ "package.json": APP });
    expect(await outcome(rig.start({ kind: "install", folder: "" }))).toBe("lock_file_missing");
  });
});
