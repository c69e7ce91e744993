import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";

const BEGIN = "(globalThis.TURBOPACK";

/**
 * Has browsers compile the modules of all files of a build while they come. Turbopack writes a module as a function in a list: a browser only looks through such
 * a function at first, and compiles it on the main thread when the page needs it. One in parentheses it takes for one that is called at once.
 */
export function compileEarly(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".js")).map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
  const lists = files.filter(({ text }) => text.startsWith(BEGIN));
  if (lists.length === 0) throw new Error(`No file in ${folder} begins with ${BEGIN}: Turbopack writes them in another way now, which ${import.meta.filename} has to learn`);
  for (const { file, text } of lists) writeFileSync(file, withParentheses(text));
}

/** The text of one file, each module of which stands in parentheses: those that do already stay as they are. */
export function withParentheses(text: string): string {
  const [statement] = parseAst(text, { preserveParens: true }).body;
  const list = statement?.type === "ExpressionStatement" && statement.expression.type === "CallExpression" ? statement.expression.arguments[0] : undefined;
  if (list?.type !== "ArrayExpression") throw new Error(`This is no file of Turbopack's with a list of modules: ${text.slice(0, 200)}`);
  let [result, end] = ["", 0];
  for (const element of list.elements) {
    if (element?.type !== "ArrowFunctionExpression" && element?.type !== "FunctionExpression") continue;
    result += `${text.slice(end, element.start)}(${text.slice(element.start, element.end)})`;
    end = element.end;
  }
  return result + text.slice(end);
}
