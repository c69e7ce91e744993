import type { Options } from "prettier";
import type { MadeFile } from "../engine/snapshot.ts";
import { isCode, isTypeScript } from "../engine/Sources.ts";

/** How a project has Prettier write its files, by their endings. */
export type Formatting = ReadonlyMap<string, Readonly<Omit<Options, "parser" | "plugins">>>;

/** Of all files together: rows of test data by the megabyte would take minutes. */
const MAX_CHARS = 200_000;

/**
 * Files as Prettier writes them: new ones whole, changed ones where all of them was formatted so before, for nothing else of them to change.
 * What Prettier is not told of is left as it is.
 */
export async function formatted(files: readonly MadeFile[], formatting: Formatting): Promise<readonly MadeFile[]> {
  if (!files.some(({ path }) => formatting.has(endingOf(path)))) return files;
  if (files.reduce((sum, { content, original }) => sum + content.length + (original?.length ?? 0), 0) > MAX_CHARS) return files;
  const format = await formatterOf(formatting);
  return Promise.all(
    files.map(async (file) => {
      if (file.original !== null && (await format(file.path, file.original)) !== file.original) return file;
      const content = await format(file.path, file.content);
      if (content === null) return file;
      return { ...file, content, hunkReasons: file.hunkReasons.map((one) => ({ ...one, line: lineBehind(file.content, content, one.line) })) };
    }),
  );
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Loaded with its first use: it is as large as the compiler's own parser, and most projects have no use for it. */
async function formatterOf(formatting: Formatting): Promise<(path: string, text: string) => Promise<string | null>> {
  const [{ format }, ...plugins] = await Promise.all([import("prettier/standalone"), import("prettier/plugins/estree"), import("prettier/plugins/babel"), import("prettier/plugins/typescript")]);
  return async (path, text) => {
    const options = formatting.get(endingOf(path));
    if (!options) return null;
    const once = (code: string) => format(code, { ...options, parser: isTypeScript(path) ? "typescript" : isCode(path) ? "babel" : "json", plugins });
    // What it breaks in two it sometimes puts together the second time.
    return once(text).then((first) => (first.length > MAX_CHARS ? null : once(first))).catch(() => null);
  };
}

/** Where a line has gone. Prettier changes spaces, quotes and punctuation, and keeps letters in their order; numbers are generated as it writes them. */
function lineBehind(before: string, after: string, line: number): number {
  const lengthOf = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, "").length;
  const wanted = lengthOf(before.split("\n").slice(0, line - 1).join(""));
  let [count, last] = [0, 1];
  for (const [index, text] of after.split("\n").entries()) {
    count += lengthOf(text);
    if (count > wanted) return index + 1;
    if (text !== "") last = index + 1;
  }
  return last;
}
