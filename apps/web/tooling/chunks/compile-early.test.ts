import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { compileEarly, withParentheses } from "./compile-early.ts";

const LIST = '(globalThis.TURBOPACK||(globalThis.TURBOPACK=[])).push(["object"==typeof document?document.currentScript:void 0,';
const folder = mkdtempSync(path.join(tmpdir(), "coder-chunks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("puts each module into parentheses, and no function within one", () => {
  const before = `${LIST}1,2,(e,t)=>{t.exports=["ä",()=>e(1)]},3,e=>{e.s(()=>0)},4,function(e){}]);`;
  const after = `${LIST}1,2,((e,t)=>{t.exports=["ä",()=>e(1)]}),3,(e=>{e.s(()=>0)}),4,(function(e){})]);`;
  expect(withParentheses(before)).toBe(after);
  expect(withParentheses(after)).toBe(after);
});

it("changes lists of modules alone, and says when there is none", () => {
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write("runtime.js", "(()=>{})();");
  write("page.css", `${LIST}1,e=>{}]);`);
  expect(() => compileEarly(folder)).toThrow("Turbopack writes them in another way now");
  write("page.js", `${LIST}1,e=>{}]);`);
  compileEarly(folder);
  expect(["runtime.js", "page.css", "page.js"].map((name) => readFileSync(path.join(folder, name), "utf8"))).toEqual(["(()=>{})();", `${LIST}1,e=>{}]);`, `${LIST}1,(e=>{})]);`]);
});
