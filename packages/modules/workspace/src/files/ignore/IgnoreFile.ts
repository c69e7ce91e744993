import { SegmentGlob } from "./glob.ts";

/** What an ignore file says of a path: hidden, shown again by a `!` line, or nothing. */
export type Verdict = "ignored" | "kept" | null;

type Segment = SegmentGlob | "**";

interface Rule {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Matched against the name alone, at any depth; otherwise against the path from the file's folder. */
  readonly anywhere: boolean;
  readonly segments: readonly Segment[];
}

/** More than this is no ignore file that anybody wrote. */
const MAX_RULES = 10_000;

/** One `.gitignore` or `.ignore`, read as git reads it. Paths are relative to the folder in which it lies. */
export class IgnoreFile {
  readonly #rules: readonly Rule[];

  constructor(source: string) {
    this.#rules = source
      .replace(/^\ufeff/, "")
      .split("\n", MAX_RULES)
      .flatMap((line) => ruleOf(line) ?? [])
      .reverse();
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** The last line that matches decides. `segments` are the parts of the path. */
  verdict(segments: readonly string[], isFolder: boolean): Verdict {
    for (const rule of this.#rules) {
      if (rule.foldersOnly && !isFolder) continue;
      if (matches(rule, segments)) return rule.negated ? "kept" : "ignored";
    }
    return null;
  }
}

function matches({ anywhere, segments: wanted }: Rule, segments: readonly string[]): boolean {
  const [only] = wanted;
  if (anywhere) return only instanceof SegmentGlob && only.matches(segments.at(-1) ?? "");
  return matchesFrom(wanted, segments);
}

/** Greedy with one point of return at the last `**`, as within a segment. A `**` at the end wants at least one segment. */
function matchesFrom(wanted: readonly Segment[], segments: readonly string[]): boolean {
  let [at, part, starPart, starAt] = [0, 0, -1, 0];
  while (at < segments.length) {
    const next = wanted[part];
    if (next === "**") {
      if (part === wanted.length - 1) return true;
      [starPart, starAt] = [part, at];
      part += 1;
    } else if (next?.matches(segments[at] ?? "")) {
      at += 1;
      part += 1;
    } else if (starPart >= 0) {
      starAt += 1;
      [at, part] = [starAt, starPart + 1];
    } else return false;
  }
  return part === wanted.length;
}

function ruleOf(line: string): Rule | null {
  let pattern = withoutTrailingBlanks(line.replace(/\r$/, ""));
  if (pattern === "" || pattern.startsWith("#")) return null;
  const negated = pattern.startsWith("!");
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith("/") && !pattern.endsWith("\\/");
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const anchored = pattern.includes("/");
  if (pattern.startsWith("/")) pattern = pattern.slice(1);
  if (pattern === "") return null;
  const segments = pattern.split("/").map((segment) => (segment === "**" ? segment : new SegmentGlob(segment)));
  const anywhere = !anchored && segments[0] !== "**";
  return { negated, foldersOnly, anywhere, segments: segments.filter((segment, index) => segment !== "**" || segments[index - 1] !== "**") };
}

/** Blanks at the end do not count, unless a backslash keeps one. */
function withoutTrailingBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " " && !isEscaped(line, end - 1)) end -= 1;
  return line.slice(0, end);
}

function isEscaped(line: string, at: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes >= 0 && line[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}
