import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const WORDS_TO_SAY_SOMETHING = 4;

/** A function of a published library, with what its documentation says it does. */
export interface DocumentedFunction {
  readonly name: string;
  readonly path: string;
  /** The description, without tags and examples. */
  readonly description: string;
}

export interface Library {
  readonly functions: readonly DocumentedFunction[];
  /** Sources by their path, without any documentation in them. */
  readonly sources: readonly (readonly [path: string, text: string])[];
}

/** Two libraries as they are installed: what a function is described as is the question, and no description is left in the sources. */
export function readLibraries(): Library {
  const files = [
    ...filesOf("date-fns", "*.js").filter((file) => !/(^cdn|\.min|^index|^fp|^locale|^constants)/.test(path.basename(file))),
    ...filesOf("es-toolkit", "{array,error,function,map,math,object,predicate,promise,semaphore,set,string,util}/*.mjs").filter((file) => !file.endsWith("index.mjs")),
  ].sort();
  const functions: DocumentedFunction[] = [];
  const sources: [string, string][] = [];
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const name = path.basename(file).replace(/\.m?js$/, "");
    const shown = file.slice(file.lastIndexOf("node_modules/") + "node_modules/".length);
    const description = descriptionOf(text, name);
    if (description.split(" ").length >= WORDS_TO_SAY_SOMETHING) functions.push({ name, path: shown, description });
    sources.push([shown, text.replace(/\/\*\*[^]*?\*\//g, "").replace(/^\/\/ src\/.*$/m, "")]);
  }
  return { functions, sources };
}

/** By what its name hashes to: half of them, and always the same ones. */
export function isForDevelopment({ name }: DocumentedFunction): boolean {
  return (createHash("sha256").update(name).digest()[0] ?? 0) % 2 === 0;
}

function filesOf(library: string, pattern: string): string[] {
  const folder = path.dirname(require.resolve(library === "date-fns" ? "date-fns/package.json" : "es-toolkit"));
  return globSync(pattern, { cwd: folder }).map((file) => path.join(folder, file));
}

function descriptionOf(text: string, name: string): string {
  const blocks = text.matchAll(/\/\*\*([^]*?)\*\/\s*(?:export\s+)?(?:async\s+)?(?:function\*?|const|class)\s+([\w$]+)/g);
  const [, comment = ""] = [...blocks].find(([, , named]) => named === name) ?? [];
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trim());
  const tagged = lines.findIndex((line) => line.startsWith("@description"));
  const from = tagged < 0 ? lines : lines.slice(tagged + 1);
  const end = from.findIndex((line) => line.startsWith("@") || (tagged >= 0 && line.startsWith("**")));
  return (end < 0 ? from : from.slice(0, end)).join(" ").replace(/\{@link\s+([^}]*)\}/g, "$1").replace(/\s+/g, " ").trim();
}
