import { ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import { FileEdit } from "./FileEdit.ts";
import { fromFile, fromPackage, ModuleText, specifierOf, typeFromPackage } from "./ModuleText.ts";
import type { Style } from "./style.ts";
import { faultsOf, propertyName, styled, withoutTypes } from "./styled.ts";

const BASE: Style = { typescript: true, extension: "ts", modules: "esm", quote: '"', semicolons: true, indent: "  ", newline: "\n", trailingCommas: true, spaceBeforeParentheses: false, arrowParentheses: true, spaceInBraces: true, useStrict: false, importEnding: "" };

const CODE = `import { z } from "zod";
import type { User } from "./types";

export interface Box {
  readonly id: string;
  name?: string;
}

type Names = readonly string[];

const Schema = z.object({
  id: z.string(),
  quote: "it's",
});

/** Reads. */
export async function read<T>(id: string, more?: number): Promise<Box | undefined> {
  const box = (await load(id)) as Box;
  const names: Names = [];
  if (!box) {
    return undefined;
  }
  names.map((name: string) => name!);
  names.map(async (one) => ({ one }));
  const name = (more() as Box).name;
  return { ...box, name: "a" + id };
}
`;

/** What the code says, whatever its style. */
function tokensOf(text: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const tokens: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.SemicolonToken || kind === ts.SyntaxKind.CommaToken) continue;
    tokens.push(kind === ts.SyntaxKind.StringLiteral ? scanner.getTokenValue() : scanner.getTokenText());
  }
  return tokens;
}

const BOTH = [true, false] as const;
const STYLES = (["\"", "'"] as const).flatMap((quote) => BOTH.flatMap((semicolons) => ["  ", "    ", "\t"].flatMap((indent) => BOTH.flatMap((trailingCommas) => (["\n", "\r\n"] as const).flatMap((newline) => BOTH.flatMap((spaceBeforeParentheses) => BOTH.flatMap((arrowParentheses) => BOTH.map((spaceInBraces): Style => ({ ...BASE, quote, semicolons, indent, trailingCommas, newline, spaceBeforeParentheses, arrowParentheses, spaceInBraces })))))))));

describe("style", () => {
  it("changes how code is written and nothing of what it says", () => {
    expect(STYLES).toHaveLength(384);
    for (const style of STYLES) {
      const text = styled(CODE, style);
      expect(faultsOf(ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true))).toEqual([]);
      expect(tokensOf(text)).toEqual(tokensOf(style.arrowParentheses ? CODE : CODE.replace("(one)", "one")));
      expect(text.split("\n").filter((line) => line !== "").every((line) => line.endsWith("\r") === (style.newline === "\r\n"))).toBe(true);
      expect(/;\r?$/m.test(text)).toBe(style.semicolons);
      expect(/,\r?\n[ \t]*\}/.test(text)).toBe(style.trailingCommas);
      expect(text).toContain(style.spaceBeforeParentheses ? "read<T> (id" : "read<T>(id");
      expect(text).toContain(style.spaceInBraces ? "({ one }));".replace(";", style.semicolons ? ";" : "") : "({one}))");
      expect(text).toContain(style.spaceInBraces ? "{ ...box" : "{...box");
      expect(text).toContain(`"it's"`);
    }
  });

  it.each([
    ["a();\nb();\n", "a()\nb()\n"],
    ["a();\n[b].map(c);\n", "a();\n[b].map(c)\n"],
    ["a(); // why\nb();\n", "a() // why\nb()\n"],
    ["a(); // why\n(b as C).d();\n", "a(); // why\n(b as C).d()\n"],
    ["a();\n/* why */\n`b`.trim();\n", "a();\n/* why */\n`b`.trim()\n"],
    ["a(); /* why */ b();\n", "a(); /* why */ b()\n"],
    ["if (a) { b(); }\nc(); // last", "if (a) { b(); }\nc() // last"],
  ])("leaves semicolons out of %j where the next line does not go on from it", (before, after) => {
    expect(styled(before, { ...BASE, semicolons: false })).toBe(after);
  });

  it("leaves types out of JavaScript, and only those", () => {
    expect(withoutTypes(CODE)).toBe(`import { z } from "zod";

const Schema = z.object({
  id: z.string(),
  quote: "it's",
});

/** Reads. */
export async function read(id, more) {
  const box = await load(id);
  const names = [];
  if (!box) {
    return undefined;
  }
  names.map((name) => name);
  names.map(async (one) => ({ one }));
  const name = more().name;
  return { ...box, name: "a" + id };
}
`);
  });
});

it("names properties so that an object has them", () => {
  const names = ["id", "content-type", "class", "__proto__", "größe", "0a"];
  expect(Object.keys(Function(`return { ${names.map((name) => `${propertyName(name)}: 1`).join(", ")} }`)())).toEqual(names);
});

describe("modules", () => {
  const module = () => {
    const made = new ModuleText("src/routes/users.ts");
    made.imports.push(fromFile("src/data/users.ts", "users"), fromPackage("express", "Router"), typeFromPackage("express", "Request"), fromPackage("node:crypto", "randomUUID"));
    made.blocks.push("interface A {\n  id: string;\n}", "const a = users;", "function b(): void {}");
    made.exported.push({ name: "A", isDefault: false }, { name: "a", isDefault: false }, { name: "b", isDefault: false });
    return made;
  };

  it("import what they need in order, and export by the project's module system", () => {
    expect(module().render({ ...BASE, importEnding: ".js" })).toBe(`import { randomUUID } from "node:crypto";\nimport { Router } from "express";\nimport type { Request } from "express";\nimport { users } from "../data/users.js";\n\nexport interface A {\n  id: string;\n}\n\nexport const a = users;\n\nexport function b(): void {}\n`);
    expect(module().render({ ...BASE, typescript: false, modules: "cjs" })).toBe(`const { randomUUID } = require("node:crypto");\nconst { Router } = require("express");\nconst { users } = require("../data/users");\n\nconst a = users;\n\nfunction b() {}\n\nmodule.exports = { a, b };\n`);
    expect(module().render({ ...BASE, typescript: false, modules: "cjs", quote: "'", semicolons: false, useStrict: true })).toMatch(/^'use strict'\n\nconst \{ randomUUID \} = require\('node:crypto'\)\n/);
    expect(module().render({ ...BASE, useStrict: true })).not.toContain("use strict");
  });

  it("name files as the project's imports do", () => {
    const from = "src/routes/a.ts";
    expect([specifierOf("src/routes/b.ts", from, BASE), specifierOf("src/index.ts", from, BASE), specifierOf("src/b.mts", from, { ...BASE, importEnding: ".js" }), specifierOf("src/b.ts", from, { ...BASE, importEnding: ".ts" })]).toEqual(["./b", "..", "../b.mjs", "../b.ts"]);
  });
});

describe("additions to a file", () => {
  const TEXT = "'use strict'\r\nconst a = require('a') // first\r\n\r\nfunction make() {\r\n\tconst app = a()\r\n\tapp.one()\r\n\treturn app\r\n}\r\n";
  const style: Style = { ...BASE, typescript: false, modules: "cjs", quote: "'", semicolons: false, indent: "\t", newline: "\r\n" };

  it("keep everything else byte for byte, and take the file's own line ends and levels", () => {
    const edit = new FileEdit("a.js", TEXT, style);
    const inside = (edit.tree.statements[2] as ts.FunctionDeclaration).body?.statements[1];
    if (!inside) throw new Error("The statement is there");
    expect(edit.import(fromPackage("b", "b"), "Needs b")).toBe("b");
    expect(edit.import(fromPackage("a", "default", "a"), "Needs a")).toBe("a");
    expect(edit.freeName("make")).toBe("make2");
    edit.after(inside, 'app.two(() => {\n  return "x";\n});', "Adds two");
    const { content, hunkReasons } = edit.made("Because");
    expect(content).toBe("'use strict'\r\nconst a = require('a') // first\r\nconst { b } = require('b')\r\n\r\nfunction make() {\r\n\tconst app = a()\r\n\tapp.one()\r\n\r\n\tapp.two(() => {\r\n\t\treturn 'x'\r\n\t})\r\n\treturn app\r\n}\r\n");
    expect(hunkReasons.map(({ line, reason }) => [content.split("\r\n")[line - 1]?.trim(), reason])).toEqual([["const { b } = require('b')", "Needs b"], ["app.two(() => {", "Adds two"]]);
  });
});
