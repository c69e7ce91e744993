import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectLanguage, isParsed } from "./detect-language.ts";

describe("detectLanguage", () => {
  it.each([
    ["src/index.ts", "typescript"], ["App.tsx", "tsx"], ["lib/a.MJS", "javascript"], ["view.jsx", "javascript"], ["pkg/a_test.go", "go"], ["setup.py", "python"], ["Main.java", "java"], ["lib.rs", "rust"],
    ["docs/README.md", "markdown"], ["Dockerfile", "dockerfile"], ["deep/Makefile", "make"], ["package.json", "json"], ["no-extension", "text"], ["a.unknown", "text"], ["", "text"], [".gitignore", "text"],
  ])("knows %s by its name", (path, language) => {
    expect(detectLanguage(path)).toBe(language);
  });

  it.each([
    ["#!/usr/bin/env python3\nprint(1)", "python"], ["#!/usr/bin/env -S NODE_ENV=x node --flag\n", "javascript"], ["#!/bin/sh\n", "shell"], ["#! /usr/local/bin/ruby\n", "ruby"], ["#!/opt/thing\n", "text"], ["#!", "text"],
  ])("reads the first line of a script without an extension: %j", (text, language) => {
    expect(detectLanguage("bin/tool", text)).toBe(language);
  });

  it("is not led astray by names that objects have", () => {
    for (const name of ["constructor", "a.constructor", "__proto__", "x.__proto__", "tostring"]) expect(detectLanguage(name)).toBe("text");
    expect(detectLanguage("run", "#!/usr/bin/env constructor")).toBe("text");
  });

  it("answers for any name and text", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (path, text) => /^[a-z-]+$/.test(detectLanguage(path, text))));
  });

  it("knows which languages have a grammar", () => {
    expect(["typescript", "rust", "markdown", "constructor"].map(isParsed)).toEqual([true, true, false, false]);
  });
});
