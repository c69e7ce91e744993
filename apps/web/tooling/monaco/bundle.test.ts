import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { monacoBundle, NEWER_ICONS } from "./bundle.ts";

const { resolve } = createRequire(import.meta.url);
const served = (address: string) => readFileSync(path.join(import.meta.dirname, "../../public", address), "utf8");

it("holds the modules, their styles and the icons, and is made once", async () => {
  const bundle = await monacoBundle();
  expect(await monacoBundle()).toEqual(bundle);
  const texts = [bundle.script, ...bundle.imports].map(served);
  expect(texts.join("")).toContain("defineTheme");
  // All that has to come before it runs is named, so that a page can ask for it at once.
  const imported = texts.flatMap((text) => [...text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name]) => name));
  expect(new Set(bundle.imports.map((address) => path.basename(address)))).toEqual(new Set(imported.filter((name) => name !== path.basename(bundle.script))));
  expect(served(bundle.styles)).toMatch(/\.monaco-editor \.view-line/);
  expect(served(bundle.styles)).toContain(`unicode-range: U+${NEWER_ICONS.from.toString(16)}`);
  expect(served(path.join(path.dirname(bundle.styles), "codicon.ttf")).length).toBeGreaterThan(100_000);
});

it("is made by several builds at once, which leave one, and nothing of those that were killed", async () => {
  const served = mkdtempSync(path.join(tmpdir(), "coder-monaco-"));
  const bundles = path.join(served, "generated/monaco");
  for (const left of [".draft-killed", "of-before"]) mkdirSync(path.join(bundles, left), { recursive: true });
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(path.join(bundles, ".draft-killed"), longAgo, longAgo);
  const [first, second] = await Promise.all([monacoBundle(served), monacoBundle(served)]);
  expect(second).toEqual(first);
  expect(readdirSync(bundles)).toEqual([path.basename(path.dirname(first.script))]);
  rmSync(served, { recursive: true });
});

it("fetches Monaco's font for icons alone that the product's does not have", () => {
  const library = readFileSync(resolve("monaco-editor").replace(/(?:esm|min)\/vs\/.*$/, "esm/vs/base/common/codiconsLibrary.js"), "utf8");
  const used = [...library.matchAll(/register\('[^']+', 0x([0-9a-f]+)\)/g)].map(([, code = ""]) => Number.parseInt(code, 16));
  const there = new Set(Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(resolve("@vscode/codicons/src/template/mapping.json"), "utf8")))).map(Number));
  expect(used.length).toBeGreaterThan(500);
  const missing = used.filter((code) => !there.has(code));
  expect([Math.min(...missing), missing.every((code) => code <= NEWER_ICONS.to)]).toEqual([NEWER_ICONS.from, true]);
});
