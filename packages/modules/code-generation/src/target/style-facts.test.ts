import { describe, expect, it } from "vitest";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { Sources } from "../engine/Sources.ts";
import { analyse } from "./analyse.ts";
import { fileStyle } from "./style-facts.ts";

const APP = { "package.json": `{ "dependencies": { "express": "5" } }`, "app.js": "const express = require('express')\nmodule.exports = express()\n" };
const modelOf = (files: Readonly<Record<string, string>>) => analyse(new Sources(snapshotOf({ ...APP, ...files })));
const factsOf = (files: Readonly<Record<string, string>>) => Object.fromEntries(modelOf(files).facts.map(({ kind, ...fact }) => [kind, fact]));

describe("counts what most of the sources do", () => {
  const body = (indent: string) => `function make() {\n${`${indent}call(1)\n`.repeat(30)}}\nmodule.exports = make\n`;

  it("by levels of indentation, not by lines: lines of tabs are not worth more than those of spaces", () => {
    expect(modelOf({ "a.js": body("  "), "b.js": body("  "), "c.js": body("\t") }).style.indent).toBe("  ");
    expect(modelOf({ "a.js": body("\t"), "b.js": body("\t"), "c.js": body("    ") }).style.indent).toBe("\t");
  });

  it("by imports that could have an ending: folders, styles and components called by their whole names have none to show", () => {
    const files = { "package.json": `{ "type": "module", "dependencies": { "express": "5" } }`, "app.js": "", "View.jsx": "", "a.css": "", "db.js": "", "lib/index.js": "" };
    const main = "import express from 'express'\nimport { View } from './View.jsx'\nimport './a.css'\nimport { lib } from './'\nimport { db } from './db.js'\n";
    expect(factsOf({ ...files, "main.js": main })["import-endings"]).toEqual({ value: ".js", label: ".js", place: { path: "main.js", line: 5, excerpt: "import { db } from './db.js'" } });
    expect(modelOf({ ...files, "main.js": main.replace("./db.js", "./db") }).style.importEnding).toBe("");
  });

  it("by directives behind whatever comments", () => {
    const strict = `#!/usr/bin/env node\n// one\n${"/* more */\n".repeat(60)}'use strict'\nmodule.exports = 1\n`;
    expect(modelOf({ "a.js": strict, "b.js": strict }).style.useStrict).toBe(true);
    expect(modelOf({ "a.js": strict.replace("'use strict'", "const a = 'use strict'"), "b.js": strict }).style.useStrict).toBe(false);
  });

  it("in one go, whatever there is: a file of empty lines", () => {
    expect(modelOf({ "empty.js": "\n".repeat(250_000) }).style.modules).toBe("cjs");
  });
});

it("tells each fact with what shows it, and what is usual with nothing", () => {
  expect(factsOf({ "app.js": "const express = require('express')\nconst app = express()\napp.use((req, res, next) => {\n\tnext()\n})\nmodule.exports = { app }\n" })).toMatchObject({
    language: { value: "javascript", label: "JavaScript", place: { path: "app.js", line: 1 } },
    modules: { value: "cjs", label: "CommonJS", place: { line: 1 } },
    quotes: { value: "single", label: "Single quotes", place: { excerpt: "const express = require('express')" } },
    semicolons: { value: "no", label: "No semicolons" },
    indentation: { value: "tab", label: "Tabs", place: { line: 4 } },
    "line-endings": { value: "lf", label: "LF" },
    "trailing-commas": { value: "no", label: "No trailing commas", place: null },
    parentheses: { value: "none", label: "f(x)", place: null },
    "arrow-parameters": { value: "always", label: "(x) => x", place: null },
    braces: { value: "space", label: "{ x }", place: { line: 6 } },
    "import-endings": { value: "", label: "No ending", place: null },
  });
});

it("takes the modules of the manifest where no source shows them, by its own `type`", () => {
  const manifest = `{\n  "repository": { "type": "git" },\n  "type": "module",\n  "dependencies": { "next": "15" }\n}`;
  expect(factsOf({ "package.json": manifest, "app.js": "", "app/page.js": "" })["modules"]).toEqual({ value: "esm", label: "ES modules", place: { path: "package.json", line: 3, excerpt: `"type": "module",` } });
});

it("writes into a file as that file is written, and keeps to the rest where it shows nothing", () => {
  const own = `import { b } from "./b"\nexport class A {\n\tmake () {\n\t\treturn [\n\t\t\t{b},\n\t\t].map(one => one)\n\t}\n}\n`.replaceAll("\n", "\r\n");
  const sources = new Sources(snapshotOf({ ...APP, "a.ts": own, "c.js": "const a = {\n  b: 'c',\n};\nfunction d(e) {}\n" }));
  const { style } = analyse(sources);
  expect(fileStyle(sources, "a.ts", style)).toEqual({
    ...style, typescript: true, modules: "esm", quote: '"', semicolons: false, indent: "\t", newline: "\r\n", trailingCommas: true, spaceBeforeParentheses: true, arrowParentheses: false, spaceInBraces: true,
  });
  expect(fileStyle(sources, "app.js", style)).toEqual({ ...style, semicolons: false });
  expect(fileStyle(sources, "new.js", style)).toEqual(style);
});
