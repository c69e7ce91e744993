import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { explainAt } from "./explain-symbol.ts";

const MS = readFileSync(createRequire(import.meta.url).resolve("ms"), "utf8");

it("finds the documentation of other people's code: a block with an empty line below it", () => {
  const line = MS.split("\n").indexOf("function parse(str) {") + 1;
  expect(explainAt(MS, line, line + 40)).toMatchObject({ line, signature: "function parse(str)", documentation: "Parse the given `str` and return milliseconds.\n\n@param {String} str\n@return {Number}\n@api private", documentationLine: line - 8 });
});

it.each<readonly [string, string, number, string, string, number]>([
  ["a block whose lines begin with nothing", "/*\n Plain words.\n*/\nfunction a() {}\n", 4, "function a() {}", "Plain words.", 4],
  ["a block on one line", "/** One. */\nexport const a = 1;\n", 2, "export const a = 1;", "One.", 2],
  ["lines of comments", "// One\n// two\nfunction a() {\n}\n", 3, "function a()", "One\ntwo", 3],
  ["what is noted between", "/** Doc. */\n@Injectable()\nexport class A {\n}\n", 3, "export class A", "Doc.", 3],
  ["a part that begins with its comment and its notes", "/** Doc. */\n@Injectable()\nexport class A {\n}\n", 1, "export class A", "Doc.", 3],
  ["Rust", "/// Rust.\n#[inline]\npub fn a(x: i32) -> i32 {\n}\n", 3, "pub fn a(x: i32) -> i32", "Rust.", 3],
  ["Python", 'def a(x):\n    """Doc.\n\n    More.\n    """\n    return 1\n', 1, "def a(x):", "Doc.\n\n    More.", 1],
  ["several lines", "/** Doc. */\nexport function a(\n  b: number,\n): number {\n}\n", 2, "export function a(\n  b: number,\n): number", "Doc.", 2],
  ["no comment", "const b = 1;\nfunction a() {}\n", 2, "function a() {}", "", 2],
  ["a comment of another part", "// --- section ---\n\nfunction a() {}\n", 3, "function a() {}", "", 3],
  ["code that ends in a comment", "const b = 1; /* of b */\nfunction a() {}\n", 2, "function a() {}", "", 2],
  ["Windows", "/**\r\n * Doc.\r\n */\r\nfunction a() {}\r\n", 4, "function a() {}", "Doc.", 4],
])("explains %s", (_what, text, start, signature, documentation, line) => {
  expect(explainAt(text, start, text.split("\n").length)).toMatchObject({ signature, documentation, line });
});
