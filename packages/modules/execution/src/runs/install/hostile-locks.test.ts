import { readdirSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { recordTree } from "../../checkpoints/__fixtures__/recorded-tree.ts";
import { RunRig } from "../__fixtures__/RunRig.ts";
import { openRegistry, type TinyRegistry } from "../__fixtures__/tiny-registry.ts";
import { TEST_CONFIG } from "../../__fixtures__/test-config.ts";

const APP = { name: "app", version: "1.0.0", dependencies: { tiny: "1.0.0" }, scripts: { preinstall: "echo ran > ran.txt", prepare: "echo ran > ran.txt" } };
const MB = 1024 ** 2;

const NOT_COMPARED = new Set(["node_modules", "checkpoints", "runs", "staging"]);

let rig: RunRig;
let registry: TinyRegistry;
afterEach(async () => {
  await rig.close();
  await registry.close();
});

/** Installs with a lock file whose entries are changed; a folder of dependencies is there already. */
async function install(entries: (entry: TinyRegistry["entry"]) => Readonly<Record<string, object>>, { pack, growthBytes = 100 * MB, more = {} }: { readonly pack?: string; readonly growthBytes?: number; readonly more?: Readonly<Record<string, string>> } = {}) {
  registry = await openRegistry(pack);
  rig = await RunRig.open({ config: { install: { registry: registry.url, allowedPrivateHosts: [registry.host] }, runs: { ...TEST_CONFIG.runs, growthBytes } } });
  const lock = { ...registry.lock, packages: { "": registry.lock.packages[""], ...entries(registry.entry) } };
  await rig.write({ "package.json": APP, "package-lock.json": lock, "node_modules/before/package.json": "{}", ...more });
  const before = recordTree(rig.dataDirectory, NOT_COMPARED);
  const run = await rig.run({ kind: "install", folder: "" });
  // Whatever it did: nothing but the dependencies is different, in the project and beside it.
  expect(recordTree(rig.dataDirectory, NOT_COMPARED)).toEqual(before);
  expect(readdirSync(rig.staging)).toEqual([]);
  return { run, output: await rig.output(run.id), names: readdirSync(path.join(rig.tree, "node_modules")).toSorted() };
}

vi.setConfig({ testTimeout: 60_000 });

describe("a lock file that leads elsewhere", () => {
  it("is refused by name before anything is started", async () => {
    const { run, names } = await install(() => ({ "node_modules/tiny": { version: "1.0.0", resolved: "git+ssh://git@example.com/tiny.git#0123456" } }));
    expect(run).toMatchObject({ state: "failed", problem: { code: "lock_file_refused", message: expect.stringContaining("git+ssh://git@example.com/tiny.git#0123456") } });
    expect([names, registry.asked, run.egress]).toEqual([["before"], [], []]);
  });

  it.each(["https://evil.example/tiny/-/tiny-1.0.0.tgz", "http://169.254.169.254/tiny/-/tiny-1.0.0.tgz"])("is asked for at the registry alone: %s", async (resolved) => {
    const { run, names } = await install((entry) => ({ "node_modules/tiny": { ...entry, resolved } }));
    expect([run.state, names]).toEqual(["succeeded", [".package-lock.json", "tiny"]]);
    expect([registry.asked, run.egress.map(({ host }) => host)]).toEqual([["/tiny/-/tiny-1.0.0.tgz"], [registry.host]]);
  });

  it("is followed under another name, and no settings or scripts of the project are", async () => {
    const { run, names } = await install((entry) => ({ "node_modules/tiny": entry, "node_modules/other": { ...entry, name: "tiny" } }), {
      more: { ".npmrc": "ignore-scripts=false\nregistry=http://169.254.169.254/\nscript-shell=/workspace/shell\ncache=/workspace/elsewhere\n" },
    });
    // What the manifest does not ask for is no part of it: npm says so.
    expect([run.state, run.problem?.code ?? null, names]).toEqual(names.includes("tiny") ? ["succeeded", null, expect.arrayContaining(["tiny"])] : ["failed", "install_failed", ["before"]]);
    expect(registry.asked.every((asked) => asked.startsWith("/tiny"))).toBe(true);
    expect([await rig.read("ran.txt"), await rig.read("node_modules/tiny/ran.txt")]).toEqual([null, null]);
  });
});

describe("a package that is not what it should be", () => {
  const named = (entry: TinyRegistry["entry"]) => ({ "node_modules/tiny": entry });

  it("is refused when it is not what the lock file says", async () => {
    const { run, names, output } = await install((entry) => ({ "node_modules/tiny": { ...entry, integrity: `sha512-${Buffer.alloc(64).toString("base64")}` } }));
    expect([run.state, run.problem?.code, names]).toEqual(["failed", "install_failed", ["before"]]);
    expect(output).toContain("EINTEGRITY");
  });

  it("is ended when it unpacks to more than there is room for", async () => {
    const { run, names } = await install(named, { pack: "{ head -c 1000000 /dev/urandom; head -c 200000000 /dev/zero; } > package/large; tar czf tiny.tgz package; rm package/large", growthBytes: 20 * MB });
    expect([run.state, run.endedBy, names]).toEqual(["failed", "tree", ["before"]]);
  });

  it.each([
    ["links", "ln -s /etc/passwd package/soft; ln -s ../../.. package/up; ln package/index.js package/hard; tar czf tiny.tgz package"],
    ["places outside", "echo x > evil; tar czf tiny.tgz --transform 's,^evil,package/../../../../evil,' -P package evil"],
    ["absolute places", "echo x > evil; tar czf tiny.tgz --transform 's,^evil,/workspace/evil,' -P package evil"],
  ])("cannot reach out of its folder: %s", async (_what, pack) => {
    const { run, names } = await install(named, { pack });
    if (run.state === "succeeded") expect(Object.entries(recordTree(path.join(rig.tree, "node_modules/tiny"), new Set())).filter(([, what]) => what.startsWith("link"))).toEqual([]);
    else expect(names).toEqual(["before"]);
    expect([run.state, run.problem?.code ?? "install_failed"]).toEqual([expect.stringMatching(/^(succeeded|failed)$/), "install_failed"]);
  });
});
