import type { Hit } from "@coder/api/embeddings";

const MAX_SIGNATURE_LINES = 12;

export interface Explanation {
  readonly signature: string;
  /** The comment above it; empty where there is none. */
  readonly documentation: string;
}

/** The hit that is the symbol itself: its name, or the last part of its qualified name, whatever the case. */
export function definitionsOf(hits: readonly Hit[], symbol: string): Hit[] {
  const wanted = symbol.toLowerCase().replace(/\(\)$/, "");
  const named = hits.filter((hit) => hit.symbol !== null);
  const exact = named.filter((hit) => hit.symbol?.toLowerCase() === wanted);
  return exact.length > 0 ? exact : named.filter((hit) => hit.symbol?.toLowerCase().split(/[.#:]+/).at(-1) === wanted);
}

/** Signature and documentation of what begins at that line, from 1. The chunk may begin with its comment. */
export function explainAt(text: string, startLine: number, endLine: number): Explanation {
  const lines = text.split(/\r?\n/);
  let at = startLine - 1;
  const inside: string[] = [];
  while (at < endLine && isComment(lines[at] ?? "")) inside.push(lines[at++] ?? "");
  const above: string[] = [];
  for (let line = startLine - 2; line >= 0 && isComment(lines[line] ?? ""); line -= 1) above.unshift(lines[line] ?? "");
  const signature: string[] = [];
  for (let line = at; line < Math.min(endLine, at + MAX_SIGNATURE_LINES); line += 1) {
    signature.push(lines[line] ?? "");
    if (/[{;]\s*$|:\s*$|=>\s*$/.test(lines[line] ?? "")) break;
  }
  const below = /:\s*$/.test(signature.at(-1) ?? "") ? docString(lines.slice(at + signature.length, endLine)) : "";
  return { signature: signature.join("\n").replace(/\s*\{\s*$/, ""), documentation: below || plainComment([...above, ...inside]) };
}

function isComment(line: string): boolean {
  return /^\s*(\/\/|\/\*|\*|#(?!!|include|define|if|endif)|---)/.test(line);
}

function plainComment(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/^\s*(\/\/[/!]?|\/\*\*?|\*\/|\*|#|---)\s?/, "").replace(/\s*\*\/\s*$/, "")).join("\n").trim();
}

/** Python's. */
function docString(lines: readonly string[]): string {
  const text = lines.join("\n").trimStart();
  return (/^[rubf]{0,2}("""|''')([\s\S]*?)\1/i.exec(text)?.[2] ?? "").trim();
}
