import { MAX_CHANGE_BYTES, MAX_CHANGE_FILE_CHARS, MAX_CHANGE_FILES } from "@coder/api/execution";
import { ts } from "ts-morph";
import { faultsOf } from "../code/styled.ts";
import type { MadeFile } from "./snapshot.ts";
import { isCode, scriptKindOf } from "./Sources.ts";

/** Rows of test data are written by a printer; parsing megabytes of them tells nothing new. */
const MAX_PARSED_CHARS = 500_000;

/** What is wrong with what was made; null where nothing is. */
export function checkMade(files: readonly MadeFile[]): { readonly stage: "parse" | "size"; readonly path: string; readonly message: string } | null {
  if (files.length > MAX_CHANGE_FILES) return { stage: "size", path: "", message: `it has ${files.length} files, of at most ${MAX_CHANGE_FILES}` };
  let bytes = 0;
  for (const { path, content, original } of files) {
    bytes += Buffer.byteLength(content);
    if (bytes > MAX_CHANGE_BYTES) return { stage: "size", path, message: "it is larger than 20 MB" };
    if (content.length > MAX_CHANGE_FILE_CHARS) return { stage: "size", path, message: `it is longer than ${MAX_CHANGE_FILE_CHARS} characters: ask for fewer rows` };
    if (content.length > MAX_PARSED_CHARS) continue;
    if (path.endsWith(".json")) {
      try {
        JSON.parse(content);
      } catch {
        return { stage: "parse", path, message: "it is no JSON" };
      }
    }
    if (!isCode(path)) continue;
    const faults = (text: string) => faultsOf(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, scriptKindOf(path)));
    const known = original === null ? 0 : faults(original).length;
    const found = faults(content);
    if (found.length > known) return { stage: "parse", path, message: found[0] ?? "" };
  }
  return null;
}
