import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { createSandbox, type ISandbox } from "@coder/sandbox";
import { installLinters, silentLogger } from "@coder/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";
import { Grammars } from "./Grammars.ts";
import { lintCheck } from "./lint-check.ts";
import { ParseStage } from "./ParseStage.ts";
import { CheckCopies, ProjectStage } from "./ProjectStage.ts";
import { typeCheck } from "./type-check.ts";
import { hunkAt } from "./ValidationRun.ts";
import { decided, hunksOf } from "../engine/hunks.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const NODE_MODULES = path.resolve(import.meta.dirname, "../../../../../../node_modules");

/** A linter as projects have it installed, small enough to be written here: it knows one rule. */
const ESLINT = `const fs = require("node:fs");
const path = require("node:path");
const files = process.argv.slice(process.argv.indexOf("--") + 1);
const results = files.map((file) => ({ filePath: path.resolve(file), messages: fs.readFileSync(file, "utf8").split("\\n").flatMap((line, index) =>
  line.includes("var ") ? [{ severity: 2, ruleId: "no-var", message: "Unexpected var.", line: index + 1, column: 1 }] : []) }));
console.log(JSON.stringify(results));
process.exitCode = results.some(({ messages }) => messages.length > 0) ? 1 : 0;
`;

/** What Biome prints, as it was recorded: version 2 tells whole paths, version 1 relative ones. */
const BIOME = `const fs = require("node:fs");
const path = require("node:path");
const files = process.argv.slice(process.argv.indexOf("--") + 1);
const escaped = (text) => text.replaceAll("%", "%25").replaceAll(",", "%2C").replaceAll(":", "%3A");
for (const file of files) {
  fs.readFileSync(file, "utf8").split("\\n").forEach((line, index) => {
    const column = line.indexOf("debugger") + 1;
    const shown = process.argv.includes("./src/one.js") ? file : path.resolve(file);
    if (column > 0) console.log(\`::error title=lint/suspicious/noDebugger,file=\${escaped(shown)},line=\${index + 1},endLine=\${index + 1},col=\${column},endColumn=\${column + 9}::This is an unexpected use of the debugger statement.\`);
  });
}
console.error("lint ━━━");
process.exitCode = 1;
`;

describe("checking a change", () => {
  let sandbox: Awaited<ReturnType<typeof createSandbox>>;
  let rig: ChangeRig;

  const stagesOf = (given: ISandbox) => {
    const copies = new CheckCopies({ sandbox: given });
    const limits = () => ({ wallSeconds: 60, memoryBytes: 2 * 1024 ** 3 });
    return [new ParseStage({ grammars: new Grammars() }), ...[typeCheck, lintCheck].map((check) => new ProjectStage({ check, copies, limits }))];
  };

  const withLinters = () => cp(path.join(installLinters(), "node_modules"), path.join(rig.tree, "node_modules"), { recursive: true, verbatimSymlinks: true });

  beforeAll(async () => {
    sandbox = await createSandbox({ dataDirectory: path.join(await (await import("node:fs/promises")).mkdtemp(path.join((await import("node:os")).tmpdir(), "coder-check-"))), allowBareProcess: () => true, log: silentLogger });
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    rig = await ChangeRig.open({ stages: stagesOf(sandbox) });
    await rig.write({ "src/a.ts": "export const one: number = 1;\nexport const old: string = 2;\n", "src/b.ts": 'import { one } from "./a.ts";\nexport const two = one + 1;\n' });
    await sandbox.prepareTree(rig.tree);
  });
  afterEach(() => rig.close());

  it("tells what cannot be read, with its place and hunk, and says nothing of what was so before", async () => {
    await rig.write({ "broken.js": "function (\n" });
    const { id } = await rig.create({ "src/a.ts": "export const one: number = 1;\nexport function f( {\n", "data.json": '{ "a": 1,\n }', "notes.txt": "free\n", "broken.js": "function ( \n" });
    const read = await rig.validate(id);
    expect(read).toMatchObject({ state: "ready", validation: { subject: "proposal", outdated: false } });
    const [parse, types] = read.validation.stages;
    expect(parse?.state).toBe("failed");
    expect(parse?.messages.map(({ path: at, severity, line }) => [at, severity, line])).toEqual([["src/a.ts", "error", expect.any(Number)], ["data.json", "error", 2], ["broken.js", "warning", 1]]);
    expect(parse?.messages[0]?.fileId).toBe(read.files[0]?.id);
    expect(types).toMatchObject({ state: "skipped", note: "The project has no tsconfig.json." });
    await rig.decideAll(id, "rejected");
    expect((await rig.get(id)).validation.outdated).toBe(true);
  });

  it("runs the project's own type check and linter on a copy, and tells only what the change brings", async () => {
    await mkdir(path.join(rig.tree, "node_modules/eslint/bin"), { recursive: true });
    await cp(path.join(NODE_MODULES, "typescript"), path.join(rig.tree, "node_modules/typescript"), { recursive: true, dereference: true });
    const nested = path.join(NODE_MODULES, "@typescript");
    await cp(nested, path.join(rig.tree, "node_modules/@typescript"), { recursive: true, dereference: true }).catch(() => undefined);
    await rig.write({
      "node_modules/eslint/bin/eslint.js": ESLINT, "eslint.config.js": "module.exports = [];\n", "src/old.js": "var kept = 1;\n",
      "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, module: "nodenext", target: "es2024", allowImportingTsExtensions: true, noEmit: true, types: [] }, include: ["src"] }),
    });
    const { id } = await rig.create({
      "src/a.ts": "export const one: string = \"1\";\nexport const old: string = 2;\n", "src/c.ts": "export const three: number = \"3\";\n", "src/old.js": "var kept = 1;\nvar more = 2;\n",
    });
    const read = await rig.validate(id);
    const [, types, lint] = read.validation.stages;
    // `old` was wrong before; `two` is wrong because of what the change does to `one`: it becomes text, which is no error of types; `three` is new.
    expect([types?.state, types?.messages.map(({ path: at, line, rule }) => [at, line, rule]), types?.note]).toEqual(["failed", [["src/c.ts", 1, "TS2322"]], "1 message was there before the change."]);
    expect(types?.messages[0]?.hunkId).toBe(read.files.find(({ path: at }) => at === "src/c.ts")?.hunks[0]?.id);
    expect([lint?.state, lint?.messages.map(({ path: at, line, rule }) => [at, line, rule])]).toEqual(["failed", [["src/old.js", 2, "no-var"]]]);
    // The project itself was not touched.
    expect(await rig.read("src/c.ts")).toBeNull();

    // What is accepted is checked again before it is applied.
    await rig.decideAll(id);
    expect(await rig.apply(id, { validation: "require" })).toMatchObject({ state: "failed", problem: { code: "validation_failed", details: { errors: 2 } } });
    expect(await rig.read("src/c.ts")).toBeNull();
    const { files } = await rig.get(id);
    for (const file of files.filter(({ path: at }) => at !== "src/a.ts")) await rig.parts.service.decideChanges(rig.caller, { id, decision: "rejected", targets: [{ fileId: file.id, version: file.version }] });
    expect(await rig.apply(id, { validation: "require" })).toMatchObject({ state: "applied", validation: { subject: "accepted", outdated: false } });
    expect(await rig.read("src/a.ts")).toContain('"1"');
    expect(await rig.read("src/c.ts")).toBeNull();
  });

  it.each(["src/one.js", "src/two 100%, new.js"])("understands what Biome prints of %s, with its place", async (file) => {
    await rig.write({ "node_modules/@biomejs/biome/bin/biome": BIOME, "biome.json": "{}\n", [file]: "debugger;\n" });
    const { id } = await rig.create({ [file]: "debugger;\nif (1) { debugger; }\n" });
    const [, , lint] = (await rig.validate(id)).validation.stages;
    expect([lint?.state, lint?.note]).toEqual(["failed", "1 message was there before the change."]);
    expect(lint?.messages.map(({ path: at, line, column, rule, hunkId }) => [at, line, column, rule, hunkId !== null])).toEqual([[file, 2, 10, "lint/suspicious/noDebugger", true]]);
  });

  it("lints by ESLint as it is published, by the project's own rules, and places what it says", async () => {
    await withLinters();
    await rig.write({
      "eslint.config.mjs": 'import js from "@eslint/js";\nexport default [js.configs.recommended, { files: ["**/*.js"], languageOptions: { sourceType: "commonjs" }, rules: { "prefer-const": "warn" } }];\n',
      "src/old.js": "var unused = 1;\n", "src/odd name, 100%.js": "module.exports = 1;\n",
    });
    const { id } = await rig.create({ "src/old.js": "var unused = 1;\nlet kept = 2;\nmodule.exports = { kept, missing };\n", "src/odd name, 100%.js": "if (true) module.exports = 1;\ndebugger;\n", "src/good.js": "module.exports = 1;\n" });
    const [, , lint] = (await rig.validate(id)).validation.stages;
    expect(lint?.messages.map(({ path: at, line, column, rule, severity, hunkId }) => [at, line, column, rule, severity, hunkId !== null])).toEqual([
      ["src/odd name, 100%.js", 1, 5, "no-constant-condition", "error", true], ["src/odd name, 100%.js", 2, 1, "no-debugger", "error", true],
      ["src/old.js", 2, 5, "prefer-const", "warning", true], ["src/old.js", 3, 26, "no-undef", "error", true],
    ]);
    expect([lint?.state, lint?.note]).toEqual(["failed", "1 message was there before the change."]);
    const fine = await rig.create({ "src/good.js": "module.exports = 2;\n" });
    expect((await rig.validate(fine.id)).validation.stages[2]).toMatchObject({ state: "passed", messages: [] });
  });

  it("lints by Biome as it is published, by the project's own rules, and places what it says", async () => {
    await withLinters();
    await rig.write({ "biome.json": JSON.stringify({ linter: { rules: { recommended: true, style: { useConst: "error" } } } }), "src/old.ts": "debugger;\n", "src/odd name, 100%.ts": "export const one = 1;\n" });
    const { id } = await rig.create({ "src/old.ts": "debugger;\nlet kept = 2;\nexport const made: any = kept;\n", "src/odd name, 100%.ts": "export const one = 1;\nif (one == 2) debugger;\n", "src/good.ts": "export const good = 1;\n" });
    const [, , lint] = (await rig.validate(id)).validation.stages;
    expect(lint?.messages.map(({ path: at, line, column, rule, hunkId }) => [at, line, column, rule, hunkId !== null]).toSorted()).toEqual([
      ["src/odd name, 100%.ts", 2, 15, "lint/suspicious/noDebugger", true], ["src/odd name, 100%.ts", 2, 9, "lint/suspicious/noDoubleEquals", true],
      ["src/old.ts", 2, 1, "lint/style/useConst", true], ["src/old.ts", 3, 20, "lint/suspicious/noExplicitAny", true],
    ]);
    expect([lint?.state, lint?.note]).toEqual(["failed", "1 message was there before the change."]);
    const fine = await rig.create({ "src/good.ts": "export const good = 2;\n" });
    expect((await rig.validate(fine.id)).validation.stages[2]).toMatchObject({ state: "passed", messages: [] });
  });

  it.each<[string, Record<string, string>, string]>([
    ["has no linter", {}, "The project has no configuration of ESLint or Biome."],
    ["has none installed", { "eslint.config.js": "export default [];\n" }, "The project's linter is not installed. Install its dependencies to have files linted."],
  ])("does not check, and says why, where the project %s", async (_what, files, note) => {
    await rig.write(files);
    const { id } = await rig.create({ "src/c.ts": "debugger;\n" });
    expect((await rig.validate(id)).validation.stages.find(({ name }) => name === "lint")).toMatchObject({ state: "skipped", note, messages: [] });
  });
});

describe("the hunk of a line", () => {
  it("is found in the text that is checked, where only a part is accepted", () => {
    const { hunks } = hunksOf({ kind: "modify", base: "a\nb\nc\nd\ne\n", baseExecutable: false, proposal: "a\nX\nY\nb\nc\nd\nE\n", executable: null });
    const [first, second] = hunks;
    if (!first || !second) throw new Error("Two hunks");
    const accepted = [decided(first, "rejected"), decided(second, "accepted")];
    expect([1, 2, 4, 5].map((line) => hunkAt(accepted, line)?.id)).toEqual([undefined, first.id, undefined, second.id]);
    const both = [decided(first, "accepted"), decided(second, "accepted")];
    expect([1, 2, 3, 4, 7].map((line) => hunkAt(both, line)?.id)).toEqual([undefined, first.id, first.id, undefined, second.id]);
  });
});
