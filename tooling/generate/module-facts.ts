import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What stands in the source of modules and in no manifest: events that are published and consumed. */
export interface EventFact {
  readonly name: string;
  /** The constant that holds it. */
  readonly variable: string;
  readonly description: string;
}

const DEFINED = /(?:\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*)?export const (\w+) = defineEvent\(\s*"([^"]+)"/g;

/** Events of a module's published language, in the order of their file. */
export function publishedEvents(root: string, module: string): readonly EventFact[] {
  return sources(path.join(root, "packages/api/src", module))
    .flatMap((text) => [...text.matchAll(DEFINED)])
    .map(([, comment = "", variable = "", name = ""]) => ({ name, variable, description: comment.replaceAll(/\s*\n\s*\*?\s*/g, " ").trim() }));
}

/** Events that a module handles; `all` are those of every module. */
export function consumedEvents(root: string, module: string, all: readonly EventFact[]): readonly EventFact[] {
  const handled = sources(path.join(root, "packages/modules", module, "src")).flatMap((text) => [...text.matchAll(/handleEvent\(\s*(\w+)/g)].map(([, variable]) => variable));
  return all.filter(({ variable }) => handled.includes(variable));
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") && !entry.parentPath.includes("__fixtures__"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => readFileSync(file, "utf8"));
}
