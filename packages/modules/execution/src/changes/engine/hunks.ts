import { createHash } from "node:crypto";
import type { ChangeKind, Decision, Hunk, ProposedFile } from "@coder/api/execution";
import { diffLines } from "./diff-lines.ts";
import { linesOf } from "./lines.ts";

/** What is proposed for a file. Texts are null where there is no file. */
export interface FileProposal {
  readonly kind: ChangeKind;
  readonly base: string | null;
  readonly baseExecutable: boolean;
  readonly proposal: string | null;
  /** Null: left as it is. */
  readonly executable: boolean | null;
  readonly hunkReasons?: ProposedFile["hunkReasons"];
}

export interface FileHunks {
  readonly hunks: readonly Hunk[];
  /** Lines. */
  readonly additions: number;
  readonly deletions: number;
}

/** The hunks of a proposal, all undecided: runs of lines that change, and, where there are no lines to decide on, the file or its mode as a whole. */
export function hunksOf({ kind, base, baseExecutable, proposal, executable, hunkReasons = [] }: FileProposal): FileHunks {
  const [before, after] = [linesOf(base ?? ""), linesOf(proposal ?? "")];
  const hunks: Hunk[] = [];
  let [additions, deletions] = [0, 0];
  if (kind === "modify" && executable !== null && executable !== baseExecutable) hunks.push(whole("mode"));
  if (kind !== "modify" && before.length === 0 && after.length === 0) hunks.push(whole("file"));
  for (const { baseStart, baseEnd, newStart, newEnd } of diffLines(before, after)) {
    additions += newEnd - newStart;
    deletions += baseEnd - baseStart;
    const told = hunkReasons.filter(({ line }) => line - 1 >= newStart && (line - 1 < newEnd || newStart === newEnd && line - 1 === newStart));
    const provenance = told.findLast((each) => each.provenance)?.provenance ?? null;
    hunks.push({
      id: idOf(`${baseStart} ${baseEnd - baseStart}`, after.slice(newStart, newEnd)),
      kind: "text",
      baseStart: baseStart + 1,
      baseLines: baseEnd - baseStart,
      newStart: newStart + 1,
      newLines: newEnd - newStart,
      reason: [...new Set(told.map(({ reason }) => reason))].join("\n"),
      provenance,
      decision: "undecided",
      lines: null,
    });
  }
  return { hunks, additions, deletions };
}

function whole(kind: "mode" | "file"): Hunk {
  return { id: kind, kind, baseStart: 1, baseLines: 0, newStart: 1, newLines: 0, reason: "", provenance: null, decision: "undecided", lines: null };
}

/** Follows from the hunk alone, so that a decision can never land on another one that took its place. */
function idOf(place: string, added: readonly string[]): string {
  const hash = createHash("sha256").update(place);
  for (const line of added) hash.update("\0").update(line);
  return hash.digest("hex").slice(0, 16);
}

const LETTERS = { accepted: "a", rejected: "r", undecided: "u" } as const;
const DECISIONS: Readonly<Record<string, Decision>> = { a: "accepted", r: "rejected", u: "undecided" };

/** What is decided on one line of a hunk: the removed lines come first, then the added ones. */
export function decisionAt({ decision, lines }: Hunk, index: number): Decision {
  return decision === "mixed" ? (DECISIONS[lines?.[index] ?? "u"] ?? "undecided") : decision;
}

/** The hunk with a decision on all of it, or on the lines named. Lines that it does not have are passed over. */
export function decided(hunk: Hunk, decision: Decision, lines?: readonly number[]): Hunk {
  const count = hunk.baseLines + hunk.newLines;
  if (!lines || count === 0) return { ...hunk, decision, lines: null };
  const letters = Array.from({ length: count }, (_, index) => LETTERS[decisionAt(hunk, index)]);
  for (const line of lines) if (line < count) letters[line] = LETTERS[decision];
  return withLetters(hunk, letters);
}

/** The hunk with one decision per line. */
export function withDecisions(hunk: Hunk, decisions: readonly Decision[]): Hunk {
  return withLetters(hunk, decisions.map((decision) => LETTERS[decision]));
}

function withLetters(hunk: Hunk, letters: readonly string[]): Hunk {
  const [first] = letters;
  if (first !== undefined && letters.some((letter) => letter !== first)) return { ...hunk, decision: "mixed", lines: letters.join("") };
  return { ...hunk, decision: DECISIONS[first ?? "u"] ?? "undecided", lines: null };
}
