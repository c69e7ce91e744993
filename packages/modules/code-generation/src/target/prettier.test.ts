import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { Sources } from "../engine/Sources.ts";
import { analyse } from "./analyse.ts";

const MANIFEST = JSON.stringify({ type: "module", dependencies: { express: "5" } });
/** Written unlike Prettier's defaults: what is not read of a configuration would show. */
const SOURCE = "import express from 'express'\nimport http from 'node:http'\n\nexport const app = express()\nexport const server = http.createServer(app)\nserver.setTimeout(1)\n";
const at = (folder: string, files: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
const APP = { "package.json": MANIFEST, "src/app.js": SOURCE };
const manifest = (prettier: unknown) => JSON.stringify({ type: "module", dependencies: { express: "5" }, prettier });

/** What Prettier itself finds for a file of the app, with what it does where nothing is said. */
async function asPrettier(files: Readonly<Record<string, string>>, file: string) {
  const root = mkdtempSync(path.join(tmpdir(), "coder-prettier-"));
  try {
    for (const [name, text] of Object.entries({ ...files, ".git/HEAD": "" })) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    const { overrides: _overrides, plugins: _plugins, order: _order, ...found } = { ...(await resolveConfig(path.join(root, file), { editorconfig: true, useCache: false })) };
    return { printWidth: 80, tabWidth: 2, useTabs: false, semi: true, singleQuote: false, bracketSpacing: true, arrowParens: "always", trailingComma: "all", endOfLine: "lf", ...found };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("a configuration is read as Prettier reads it:", () => {
  it.each<[string, Readonly<Record<string, string>>, string?]>([
    ["nothing but that it is there", { ...APP, ".prettierrc": "" }],
    ["JSON", { ...APP, ".prettierrc": `{ "semi": false, "printWidth": 100 }` }],
    ["JSON behind a mark of its order of bytes, indented by tabs", { ...APP, ".prettierrc.json": `\uFEFF{\n\t"semi": false,\n\t"printWidth": 100\n}\n` }],
    ["YAML", { ...APP, ".prettierrc": "# ours\nsingleQuote: true # yes\ntabWidth: 4\n" }],
    ["YAML with options for other files", { ...APP, ".prettierrc.yaml": "semi: true\noverrides:\n  - files: '*.md'\n    options:\n      semi: false\n      printWidth: 60\n" }],
    ["the manifest", { ...APP, "package.json": manifest({ bracketSpacing: false, arrowParens: "avoid" }) }],
    ["the manifest before a file", { ...APP, "package.json": manifest({ semi: false }), ".prettierrc": `{ "semi": true }` }],
    ["a program", { ...APP, "prettier.config.mjs": `/** @type {import("prettier").Config} */\nconst config = {\n  "semi": false,\n  singleQuote: true,\n  printWidth: 120,\n  plugins: [],\n};\n\nexport default config;\n` }],
    ["a nearer program before a file above it", { ...at("packages/a", APP), "package.json": "{}", ".prettierrc": `{ "semi": true }`, "packages/a/prettier.config.mjs": "export default { semi: false };\n" }, "packages/a/src/app.js"],
    ["a manifest above the package", { ...at("packages/a", APP), "package.json": `{ "prettier": { "singleQuote": true } }` }, "packages/a/src/app.js"],
    ["a folder between", { ...at("packages/a", APP), "package.json": "{}", "packages/.prettierrc": "useTabs: true\n" }, "packages/a/src/app.js"],
    ["tabs of the editor, their width of Prettier", { ...APP, ".prettierrc": `{ "tabWidth": 4 }`, ".editorconfig": "[*]\nindent_style = tab\n" }],
    ["spaces where it says so", { ...APP, ".prettierrc": `{ "useTabs": false }`, ".editorconfig": "[*]\nindent_style = tab\n" }],
    ["the width of the editor's tabs", { ...APP, ".prettierrc": "{}", ".editorconfig": "root = true\n\n[*]\nindent_style = tab\nindent_size = 8\n" }],
    ["the editor's sections for the language", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*.md]\nmax_line_length = 60\n\n[*.{js,ts}]\nmax_line_length = 120\n\n[Makefile]\nindent_style = tab\n" }],
    ["no comments of the editor's", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\n# max_line_length = 60\nmax_line_length = off\n" }],
    ["the editor's line ends", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\nend_of_line = crlf\n" }],
    ["two spaces, whatever most lines have", { ...APP, ".prettierrc": "{}", "src/sql.js": "export const sql = `\n    select 1\n        from a\n    where b\n`\n" }],
    ["one of YAML before another", { ...APP, ".prettierrc.yaml": "semi: true\n", ".prettierrc.yml": "semi: false\n" }],
    ["a program of one ending before another", { ...APP, ".prettierrc.mjs": "export default { semi: true };\n", "prettier.config.js": "export default { semi: false };\n" }],
    ["a program of one name before another", { ...APP, ".prettierrc.mjs": "export default { semi: false };\n", "prettier.config.mjs": "export default { semi: true };\n" }],
    ["a file where the manifest says nothing", { ...APP, "package.json": manifest(null), ".prettierrc": `{ "semi": false }` }],
    ["lines as long as they get", { ...APP, ".prettierrc": `{ "printWidth": 9999 }` }],
    ["a program with plugins that have options, and options for other files", { ...APP, "prettier.config.mjs": `export default { semi: false, plugins: [], order: ["^a", { b: 1 }], overrides: [{ files: "*.md", options: { semi: true } }] };\n` }],
    ["no minified files of the editor's", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\nindent_style = tab\n\n[*.min.js]\nindent_style = ignore\n\n[*.test.js]\nindent_style = space\n" }],
    ["no folders of the editor's", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\nindent_style = tab\n\n[lib/**.js]\nindent_style = space\nindent_size = 8\n" }],
    ["the editor's sections of several kinds", { ...APP, ".prettierrc": "{}", ".editorconfig": "[{*.[jt]s,package.json}]\nindent_size = 4\n\n[{*.{cjs,mjs},*.json}]\nindent_size = 8\n\n[*.{cjs,mjs}]\nindent_size = 3\n\n[*.js,*.json]\nindent_size = 5\n\n[*.{js}]\nindent_size = 6\n\n[*.[!t]s]\ntab_width = 7\n\n[*.[!j]s]\ntab_width = 8\n" }],
    ["the editor's tabs by the width that is theirs", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\nindent_style = tab\nindent_size = 2\ntab_width = 8\n" }],
    ["the editor's tabs that only their size tells of", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\nindent_size = tab\n" }],
    ["the editor's quotes", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*.js]\nquote_type = single\n" }],
    ["no numbers of the editor's with something behind them", { ...APP, ".prettierrc": "{}", ".editorconfig": "[*]\nindent_size = 4\nmax_line_length = 120 # wide\n\n[*.json]\nindent_size = unset\n" }],
    ["the editor's root only where it may stand", { ...at("packages/a", APP), "package.json": "{}", "packages/a/.prettierrc": "{}", "packages/a/.editorconfig": "[*]\nindent_size = 4\nroot = true\n", ".editorconfig": "root = true\n\n[*]\nmax_line_length = 120\n" }, "packages/a/src/app.js"],
  ])("%s", async (_what, files, file = "src/app.js") => {
    const { formatting } = analyse(new Sources(snapshotOf(files)));
    for (const ending of ["js", "json"]) expect([ending, formatting.get(ending)]).toEqual([ending, await asPrettier(files, file.replace("js", ending))]);
  });

  it("with a format's own options, that format is left as it is", () => {
    const of = (pattern: string) => [...analyse(new Sources(snapshotOf({ ...APP, ".prettierrc": JSON.stringify({ overrides: [{ files: pattern, options: { tabWidth: 8 } }] }) }))).formatting.keys()];
    const all = of("*.{md,sol}");
    expect(all).toEqual(["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json"]);
    expect(of("config/*.json")).toEqual(all.filter((ending) => ending !== "json"));
    expect(of("*.{js,mjs}")).toEqual(all.filter((ending) => ending !== "js" && ending !== "mjs"));
    for (const pattern of ["!*.md", "legacy/**", "*.?s", "*"]) expect(of(pattern)).toEqual([]);
  });
});

it.each<[string, Readonly<Record<string, string>>]>([
  ["options of a package", { ...APP, ".prettierrc": `"@company/prettier-config"` }],
  ["options of a package, in the manifest", { ...APP, "package.json": manifest("@company/prettier-config") }],
  ["a program that takes others' options", { ...APP, "prettier.config.cjs": `module.exports = { ...require("@company/p"), printWidth: 100 }` }],
  ["a program that computes", { ...APP, "prettier.config.mjs": "const width = 120;\nexport default { printWidth: width, semi: false };\n" }],
  ["a program that sets options one by one", { ...APP, "prettier.config.cjs": "module.exports = {};\nmodule.exports.semi = false;\n" }],
  ["options for some of the code", { ...APP, ".prettierrc": `{ "semi": true, "overrides": [{ "files": ["*.md", "src/**"], "options": { "semi": false } }] }` }],
  ["a format that is hardly used", { ...APP, ".prettierrc.json5": "{ semi: true }" }],
  ["another one", { ...APP, ".prettierrc.toml": "printWidth = 120\n" }],
  ["JSON with comments, which Prettier refuses", { ...APP, ".prettierrc.json": `// ours\n{ "semi": false }` }],
  ["a program that adds to others' options", { ...APP, "prettier.config.mjs": `import base from "@company/p";\nexport default merge(base, { printWidth: 100 });\n` }],
  ["a program that calls others with options", { ...APP, "prettier.config.cjs": `module.exports = require("@company/p")({ printWidth: 100 });\n` }],
  ["a program that changes what it has", { ...APP, "prettier.config.mjs": "const config = { semi: true };\nconfig.semi = false;\nexport default config;\n" }],
  ["a program that computes what is for other files", { ...APP, "prettier.config.mjs": "export default { semi: true, overrides: overrides() };\n" }],
  ["more than anybody has to say", { ...APP, ".prettierrc": `semi: true\n${"# why\n".repeat(2_000)}` }],
  ["what is no configuration", { ...APP, ".prettierrc": "{ semi: [" }],
  ["options that nobody means", { ...APP, ".prettierrc": `{ "printWidth": 1, "tabWidth": 8 }` }],
  ["options that are wrong", { ...APP, ".prettierrc": `{ "semi": "no" }` }],
  ["nothing, where it is only depended on", { ...APP, "package.json": JSON.stringify({ dependencies: { express: "5", prettier: "3" } }) }],
])("%s: nothing is formatted, and code is written as most of the sources are", (_what, files) => {
  const { formatting, style } = analyse(new Sources(snapshotOf(files)));
  expect([...formatting]).toEqual([]);
  expect(style).toMatchObject({ quote: "'", semicolons: false });
});

it("knows what older versions do by themselves, by the version that the project has", () => {
  const formattingOf = (range: string) => analyse(new Sources(snapshotOf({ ...at("packages/a", APP), "package.json": JSON.stringify({ devDependencies: { prettier: range } }), ".prettierrc": "" }))).formatting.get("js");
  expect([formattingOf("^1.19.0"), formattingOf("~2.8"), formattingOf("3.0.0")]).toMatchObject([{ trailingComma: "none", arrowParens: "avoid", endOfLine: "auto" }, { trailingComma: "es5", arrowParens: "always", endOfLine: "lf" }, { trailingComma: "all" }]);
});

it("says of each fact where it stands", () => {
  const { facts } = analyse(new Sources(snapshotOf({ ...APP, "package.json": JSON.stringify({ dependencies: { express: "5", semiver: "1" }, prettier: { semi: false } }, null, 2), ".editorconfig": "[*]\nmax_line_length = 60\n" })));
  expect(facts).toEqual(expect.arrayContaining([
    expect.objectContaining({ kind: "semicolons", place: { path: "package.json", line: 7, excerpt: `"semi": false` } }),
    expect.objectContaining({ kind: "formatter", label: "Prettier, lines of 60", place: expect.objectContaining({ path: ".editorconfig", line: 2 }) }),
  ]));
});

it("reads a hostile .editorconfig in one go", () => {
  const files = { ...APP, ".prettierrc": "{}", ".editorconfig": `[*]\n${"indent_style = space\n".repeat(20_000)}indent_style = tab\n` };
  let asked = 0;
  const sources = new Sources(snapshotOf(files));
  const placeAt = sources.placeAt.bind(sources);
  sources.placeAt = (path, offset) => {
    if (path === ".editorconfig") asked += 1;
    return placeAt(path, offset);
  };
  expect(analyse(sources).formatting.get("js")).toMatchObject({ useTabs: true });
  // Once for each of the endings.
  expect(asked).toBeLessThan(12);
});
