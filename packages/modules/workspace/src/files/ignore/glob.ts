// Patterns come with the project, so they are hostile: every match here takes time in the product of the two lengths, never more.

/** One part of a glob: a literal character, `?`, `*`, or a set of characters. */
type Part = { readonly kind: "char"; readonly char: string } | { readonly kind: "any" } | { readonly kind: "star" } | { readonly kind: "set"; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** A glob within one segment of a path: `*`, `?`, `[a-z]`, `\` before a literal. */
export class SegmentGlob {
  /** Null: not a glob, so nothing matches. */
  readonly #parts: readonly Part[] | null;
  readonly #literal: string | null;
  /** The text after a single leading star, for `*.log` and the like. */
  readonly #suffix: string | null;

  constructor(pattern: string) {
    this.#parts = parse(pattern);
    this.#literal = this.#parts?.every(({ kind }) => kind === "char") ? text(this.#parts) : null;
    const [first, ...rest] = this.#parts ?? [];
    this.#suffix = first?.kind === "star" && rest.every(({ kind }) => kind === "char") ? text(rest) : null;
  }

  matches(name: string): boolean {
    if (this.#literal !== null) return name === this.#literal;
    if (this.#suffix !== null) return name.endsWith(this.#suffix);
    return this.#parts !== null && walk(this.#parts, name);
  }
}

/** Greedy with one point of return, at the last star: a star before it never has to give anything back. */
function walk(parts: readonly Part[], name: string): boolean {
  let [at, part, starPart, starAt] = [0, 0, -1, 0];
  while (at < name.length) {
    const next = parts[part];
    if (next?.kind === "star") {
      [starPart, starAt] = [part, at];
      part += 1;
    } else if (next && accepts(next, name.charAt(at))) {
      at += 1;
      part += 1;
    } else if (starPart >= 0) {
      starAt += 1;
      [at, part] = [starAt, starPart + 1];
    } else return false;
  }
  while (parts[part]?.kind === "star") part += 1;
  return part === parts.length;
}

function text(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === "char" ? part.char : "")).join("");
}

function accepts(part: Part, char: string): boolean {
  if (part.kind === "any") return true;
  if (part.kind === "char") return part.char === char;
  return part.kind === "set" && part.ranges.some(([low, high]) => low <= char && char <= high) !== part.negated;
}

/** Null where a `[` is not closed. */
function parse(pattern: string): readonly Part[] | null {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === "*") {
      if (parts.at(-1)?.kind !== "star") parts.push({ kind: "star" });
    } else if (char === "?") parts.push({ kind: "any" });
    else if (char === "[") {
      const set = parseSet(pattern, at);
      if (!set) return null;
      parts.push(set.part);
      at = set.end;
    } else {
      const escaped = char === "\\" && at + 1 < pattern.length;
      if (escaped) at += 1;
      parts.push({ kind: "char", char: pattern.charAt(at) });
    }
  }
  return parts;
}

const CLASSES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  alnum: [["0", "9"], ["A", "Z"], ["a", "z"]],
  alpha: [["A", "Z"], ["a", "z"]],
  blank: [[" ", " "], ["\t", "\t"]],
  cntrl: [["\0", "\x1f"], ["\x7f", "\x7f"]],
  digit: [["0", "9"]],
  graph: [["!", "~"]],
  lower: [["a", "z"]],
  print: [[" ", "~"]],
  punct: [["!", "/"], [":", "@"], ["[", "`"], ["{", "~"]],
  space: [[" ", " "], ["\t", "\r"]],
  upper: [["A", "Z"]],
  xdigit: [["0", "9"], ["A", "F"], ["a", "f"]],
};

function parseSet(pattern: string, start: number): { readonly part: Part; readonly end: number } | null {
  let at = start + 1;
  const negated = pattern[at] === "!" || pattern[at] === "^";
  if (negated) at += 1;
  const ranges: (readonly [string, string])[] = [];
  for (let first = true; at < pattern.length; first = false) {
    if (pattern[at] === "]" && !first) return { part: { kind: "set", negated, ranges }, end: at };
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12));
    if (named) {
      const known = CLASSES[named[1] ?? ""];
      if (!known) return null;
      ranges.push(...known);
      at += named[0].length;
      continue;
    }
    const low = literalAt(pattern, at);
    at = low.end;
    if (pattern[at] === "-" && at + 1 < pattern.length && pattern[at + 1] !== "]") {
      const high = literalAt(pattern, at + 1);
      at = high.end;
      ranges.push([low.char, high.char]);
    } else ranges.push([low.char, low.char]);
  }
  return null;
}

function literalAt(pattern: string, at: number): { readonly char: string; readonly end: number } {
  const escaped = pattern[at] === "\\" && at + 1 < pattern.length;
  return { char: pattern.charAt(escaped ? at + 1 : at), end: at + (escaped ? 2 : 1) };
}
