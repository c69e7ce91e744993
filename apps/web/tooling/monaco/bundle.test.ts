import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
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

it("fetches Monaco's font for icons alone that the product's does not have", () => {
  const library = readFileSync(resolve("monaco-editor").replace(/(?:esm|min)\/vs\/.*$/, "esm/vs/base/common/codiconsLibrary.js"), "utf8");
  const used = [...library.matchAll(/register\('[^']+', 0x([0-9a-f]+)\)/g)].map(([, code = ""]) => Number.parseInt(code, 16));
  const there = new Set(Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(resolve("@vscode/codicons/src/template/mapping.json"), "utf8")))).map(Number));
  expect(used.length).toBeGreaterThan(500);
  const missing = used.filter((code) => !there.has(code));
  expect([Math.min(...missing), missing.every((code) => code <= NEWER_ICONS.to)]).toEqual([NEWER_ICONS.from, true]);
});
