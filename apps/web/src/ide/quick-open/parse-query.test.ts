import { expect, it } from "vitest";
import { parseFileQuery } from "./parse-query.ts";

it.each([
  ["page", "page", null],
  ["src page", "src page", null],
  ["page.tsx:12", "page.tsx", { line: 12 }],
  ["page.tsx:12:7", "page.tsx", { line: 12, column: 7 }],
  ["page.tsx(12,7)", "page.tsx", { line: 12, column: 7 }],
  ["page.tsx#12", "page.tsx", { line: 12 }],
  ["page.tsx:", "page.tsx", null],
  ["page.tsx:0", "page.tsx", { line: 1 }],
  [":42", "", { line: 42 }],
  ["a:b.ts", "a:b.ts", null],
])("%j asks for %j at %j", (typed, text, at) => {
  expect(parseFileQuery(typed)).toEqual({ text, at });
});
