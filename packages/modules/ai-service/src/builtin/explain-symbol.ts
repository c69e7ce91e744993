import type { Hit } from "@coder/api/embeddings";

const MAX_SIGNATURE_LINES = 12;
const MAX_COMMENT_LINES = 200;

export interface Explanation {
  /** Where it is defined, from 1: below its comment and what is noted on it. */
  readonly line: number;
  readonly signature: string;
  /** What its comment says; empty where there is none. */
  readonly documentation: string;
  /** Where the comment begins. */
  readonly documentationLine: number | null;
}

/** The hit that is the symbol itself: its name, or the last part of its qualified name, whatever the case. */
export function definitionsOf(hits: readonly Hit[], symbol: string): Hit[] {
  const wanted = symbol.toLowerCase().replace(/\(\)$/, "");
  const named = hits.filter((hit) => hit.symbol !== null);
  const exact = named.filter((hit) => hit.symbol?.toLowerCase() === wanted);
  return exact.length > 0 ? exact : named.filter((hit) => lastPart(hit.symbol ?? "").toLowerCase() === wanted);
}

/** Names like the one that nothing is called: for whoever mistyped it. */
export function namesLike(hits: readonly Hit[], symbol: string): string[] {
  const wanted = symbol.toLowerCase();
  const names = [...new Set(hits.flatMap((hit) => (hit.symbol === null ? [] : [hit.symbol])))];
  return names.filter((name) => lastPart(name).toLowerCase().includes(wanted) || wanted.includes(lastPart(name).toLowerCase())).slice(0, 5);
}

export function lastPart(symbol: string): string {
  return symbol.split(/[.#:]+/).at(-1) ?? symbol;
}

/** Signature and documentation of what begins at that line, from 1. The part of the file may begin with its comment. */
export function explainAt(text: string, startLine: number, endLine: number): Explanation {
  const lines = text.split(/\r?\n/);
  const at = definitionLine(lines, startLine - 1, endLine);
  const signature: string[] = [];
  for (let line = at; line < Math.min(endLine, at + MAX_SIGNATURE_LINES); line += 1) {
    signature.push(lines[line] ?? "");
    if (/[{;}]\s*$|:\s*$|=>\s*$/.test(lines[line] ?? "")) break;
  }
  const below = /:\s*$/.test(signature.at(-1) ?? "") ? docString(lines.slice(at + signature.length, endLine)) : "";
  const above = commentAbove(lines, at);
  return {
    line: at + 1,
    signature: signature.join("\n").replace(/\s*\{\s*$/, ""),
    documentation: below || above.text,
    documentationLine: below !== "" ? at + signature.length + 1 : above.text === "" ? null : above.line + 1,
  };
}

/** Past comments, empty lines and what is noted on it. */
function definitionLine(lines: readonly string[], from: number, end: number): number {
  let at = from;
  while (at < end) {
    const line = (lines[at] ?? "").trim();
    if (line.startsWith("/*")) {
      while (at < end && !(lines[at] ?? "").includes("*/")) at += 1;
      at += 1;
    } else if (line === "" || isLineComment(line) || isNote(line)) at += 1;
    else return at;
  }
  return Math.min(from, lines.length - 1);
}

/** The comment that belongs to a definition: right above it, past what is noted on it. A block of documentation may have an empty line below it. */
function commentAbove(lines: readonly string[], definition: number): { readonly text: string; readonly line: number } {
  let at = definition - 1;
  while (at >= 0 && isNote((lines[at] ?? "").trim())) at -= 1;
  const gap = (lines[at] ?? "").trim() === "" && at >= 0;
  if (gap) at -= 1;
  const last = (lines[at] ?? "").trim();
  const taken: string[] = [];
  if (last.endsWith("*/") && !/^[^/*].*\S.*\/\*/.test(last)) {
    for (; at >= 0 && taken.length < MAX_COMMENT_LINES; at -= 1) {
      taken.unshift(lines[at] ?? "");
      if ((lines[at] ?? "").includes("/*")) break;
    }
    const [first = ""] = taken;
    if (gap && !first.trim().startsWith("/**")) return { text: "", line: 0 };
    return { text: plainBlock(taken), line: Math.max(0, at) };
  }
  if (gap) return { text: "", line: 0 };
  for (; at >= 0 && isLineComment((lines[at] ?? "").trim()); at -= 1) taken.unshift(lines[at] ?? "");
  return { text: taken.map((line) => line.replace(/^\s*(\/\/[/!]?|#+|---?)\s?/, "")).join("\n").trim(), line: at + 1 };
}

function isLineComment(line: string): boolean {
  return /^(\/\/|#(?!\[|!|include|define|if|endif|pragma)|--(?!-*>))/.test(line);
}

/** Decorators and attributes: `@Injectable()`, `#[inline]`. */
function isNote(line: string): boolean {
  return /^@[\w.]+(\(.*\))?$/.test(line) || /^#!?\[.*\]$/.test(line);
}

function plainBlock(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/^\s*\/\*+!?\s?/, "").replace(/\s*\*+\/\s*$/, "").replace(/^\s*\*\s?/, "")).join("\n").trim();
}

/** Python's. */
function docString(lines: readonly string[]): string {
  const text = lines.join("\n").trimStart();
  return (/^[rubf]{0,2}("""|''')([\s\S]*?)\1/i.exec(text)?.[2] ?? "").trim();
}
