import { setImmediate } from "node:timers/promises";
import type { Grammars, SyntaxFault } from "./Grammars.ts";
import { skipped, type Finding, type IStage, type StageOutcome, type Subject, type SubjectFile } from "./stage.ts";

const MAX_PER_FILE = 20;
/** JSON that may hold comments, whatever its name says. */
const WITH_COMMENTS = /(^|\/)([tj]sconfig[^/]*\.json|\.vscode\/[^/]+\.json|[^/]+\.code-workspace|\.eslintrc(\.json)?|devcontainer\.json)$/;

/** Whether each file can be read by its language at all. */
export class ParseStage implements IStage {
  readonly name = "parse";
  readonly #grammars: Grammars;

  constructor(deps: { readonly grammars: Grammars }) {
    this.#grammars = deps.grammars;
  }

  async run({ files }: Subject, signal: AbortSignal): Promise<StageOutcome> {
    const findings: Finding[] = [];
    let checked = 0;
    for (const file of files) {
      signal.throwIfAborted();
      await setImmediate();
      const faults = file.text === null ? null : await this.#faults(file.path, file.text);
      if (!faults) continue;
      checked += 1;
      if (faults.length === 0) continue;
      // What the grammar could not read before either says nothing about the change.
      const before = file.base === null ? null : await this.#faults(file.path, file.base);
      const severity = before && before.length > 0 ? "warning" : "error";
      findings.push(...faults.slice(0, MAX_PER_FILE).map(({ line, column, text }) => ({ severity, path: file.path, line, column, rule: null, text }) as const));
    }
    if (checked === 0) return skipped("There is no grammar for these files.");
    return { state: findings.some(({ severity }) => severity === "error") ? "failed" : "passed", note: noteOf(files, checked), findings };
  }

  /** Null where nobody knows the language. */
  async #faults(path: string, text: string): Promise<readonly SyntaxFault[] | null> {
    if (path.endsWith(".json")) return WITH_COMMENTS.test(path) ? null : jsonFaults(text);
    return this.#grammars.faults(path, text);
  }
}

function noteOf(files: readonly SubjectFile[], checked: number): string {
  const left = files.filter(({ text }) => text !== null).length - checked;
  return left === 0 ? "" : `${left} of ${files.length} files are in languages without a grammar.`;
}

function jsonFaults(text: string): readonly SyntaxFault[] {
  try {
    JSON.parse(text.replace(/^\ufeff/, ""));
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : "Not JSON";
    const at = /at position (\d+)/.exec(message)?.[1];
    const before = at === undefined ? text : text.slice(0, Number(at));
    const lines = before.split("\n");
    return [{ line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, text: message.replace(/ in JSON at position .*$/s, "") }];
  }
}
