import { ts } from "ts-morph";
import { expect, it } from "vitest";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { analyse } from "../target/analyse.ts";
import { Sources, walk } from "./Sources.ts";

const APP = { "package.json": `{ "dependencies": { "express": "5" } }`, "app.js": "const express = require('express')\nmodule.exports = express()\n" };

it("walks a tree as the compiler does: parents before children, in the order of the text", () => {
  const tree = ts.createSourceFile("a.ts", "const a = (b, [c]) => ({ d: b + c });\ntype E = { f: string };\n", ts.ScriptTarget.Latest, true);
  const expected: ts.Node[] = [];
  const recurse = (node: ts.Node): void => {
    expected.push(node);
    ts.forEachChild(node, recurse);
  };
  recurse(tree);
  const walked: ts.Node[] = [];
  walk(tree, (node) => void walked.push(node));
  expect(walked.length).toBeGreaterThan(15);
  expect(walked.every((node, index) => node === expected[index])).toBe(true);
});

it.each<[string, Readonly<Record<string, string>>]>([
  ["a text put together of thousands of parts", { "text.js": `module.exports = ${Array.from({ length: 6_000 }, () => "'a'").join(" +\n  ")}\n` }],
  ["a list of as many", { "list.js": `module.exports = [${"1, ".repeat(150_000)}]\n` }],
  ["what is nested deeper than the compiler can follow", { "deep.js": `module.exports = ${"[".repeat(50_000)}` }],
  ["a manifest as deep", { "lib/package.json": `{ "a": ${"[".repeat(50_000)}` }],
])("takes %s, and reads the rest", (_what, files) => {
  const { framework, style } = analyse(new Sources(snapshotOf({ ...APP, ...files })));
  expect(framework?.found.framework).toBe("express");
  expect(style).toMatchObject({ quote: "'", semicolons: false, modules: "cjs" });
});

it.each([
  ["src/a.ts", "./b", "src/b.ts"],
  ["src/a.ts", "./b.js", "src/b.ts"],
  ["src/a.ts", "..", "index.js"],
  ["index.js", "./", "index.js"],
  ["src/a.ts", "../.config/db", ".config/db.ts"],
  ["src/a.ts", "./lib", "src/lib/index.ts"],
  ["src/a.ts", "express", null],
  ["src/a.ts", "./gone", null],
])("finds what %s imports as %s", (from, specifier, expected) => {
  const files = Object.fromEntries(["src/a.ts", "src/b.ts", "src/lib/index.ts", ".config/db.ts", "index.js"].map((path) => [path, ""]));
  expect(new Sources(snapshotOf(files)).resolve(from, specifier)).toBe(expected);
});
