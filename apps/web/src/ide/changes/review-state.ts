import type { BaseState, ChangeFile, ChangeSet, ChangeSetState, ChangeSetSummary, Decision, Hunk } from "@coder/api/execution";
import type { IconName } from "#ui/icon.tsx";

const LETTERS = { accepted: "a", rejected: "r", undecided: "u" } as const;
const DECISIONS: Readonly<Record<string, Decision>> = { a: "accepted", r: "rejected", u: "undecided" };

/** What is discarded is in none of them. */
export const CHANGE_GROUPS = { open: ["validating", "ready", "applying", "failed"], done: ["applied", "undone"] } as const satisfies Readonly<Record<string, readonly ChangeSetState[]>>;
export type ChangeGroup = keyof typeof CHANGE_GROUPS;

/** Both groups are asked for by themselves: what has just gone from one to the other may be in both lists, and counts as what it became last. */
export function grouped(changes: readonly ChangeSetSummary[]): Readonly<Record<ChangeGroup, readonly ChangeSetSummary[]>> {
  const latest = new Map<string, ChangeSetSummary>();
  for (const change of changes) {
    const other = latest.get(change.id);
    if (!other || other.updatedAt < change.updatedAt) latest.set(change.id, change);
  }
  const all = [...latest.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const of = (states: readonly ChangeSetState[]) => all.filter(({ state }) => states.includes(state));
  return { open: of(CHANGE_GROUPS.open), done: of(CHANGE_GROUPS.done) };
}

/** One hunk of one file. */
export interface HunkPlace {
  readonly fileId: string;
  readonly hunkId: string;
}

/** What is looked at: a hunk, or one of its lines. */
export interface ReviewPlace extends HunkPlace {
  /** Index in the hunk: removed lines first, then the added ones. */
  readonly line: number | null;
}

/** What is decided on a line of a hunk: removed lines first, then the added ones. */
export function decisionAt({ decision, lines }: Hunk, index: number): Decision {
  return decision === "mixed" ? (DECISIONS[lines?.[index] ?? "u"] ?? "undecided") : decision;
}

/** As the server will have it; shown until it answers. */
export function decided(hunk: Hunk, decision: Decision, lines?: readonly number[]): Hunk {
  const count = hunk.baseLines + hunk.newLines;
  if (!lines || count === 0) return { ...hunk, decision, lines: null };
  const letters = Array.from({ length: count }, (_, index) => LETTERS[lines.includes(index) ? decision : decisionAt(hunk, index)]);
  const [first] = letters;
  return letters.every((letter) => letter === first) ? { ...hunk, decision: DECISIONS[first ?? "u"] ?? "undecided", lines: null } : { ...hunk, decision: "mixed", lines: letters.join("") };
}

/** What makes a hunk as it was again: one decision per kind of decision in it. */
export function decisionsOf(hunk: Hunk): readonly { readonly decision: Decision; readonly lines?: readonly number[] }[] {
  if (hunk.decision !== "mixed") return [{ decision: hunk.decision }];
  const count = hunk.baseLines + hunk.newLines;
  return (["accepted", "rejected", "undecided"] as const).flatMap((decision) => {
    const lines = Array.from({ length: count }, (_, index) => index).filter((index) => decisionAt(hunk, index) === decision);
    return lines.length === 0 ? [] : [{ decision, lines }];
  });
}

/** The hunk so many further, across files; the first or last at the ends. */
export function hunkFrom(files: readonly ChangeFile[], from: HunkPlace | null, step: number): HunkPlace | null {
  const all = files.flatMap(({ id, hunks }) => hunks.map((hunk) => ({ fileId: id, hunkId: hunk.id })));
  const at = all.findIndex(({ fileId, hunkId }) => fileId === from?.fileId && hunkId === from.hunkId);
  return all[at === -1 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)] ?? null;
}

/** The first hunk of the file so many further; the first or last file at the ends. */
export function fileFrom(files: readonly ChangeFile[], fileId: string | null, step: number): HunkPlace | null {
  const at = files.findIndex(({ id }) => id === fileId);
  const file = files[at === -1 ? 0 : Math.min(Math.max(at + step, 0), files.length - 1)];
  return file ? { fileId: file.id, hunkId: file.hunks[0]?.id ?? "" } : null;
}

/** The line of a hunk so many further; the first or last at the ends. Null where a hunk has none. */
export function lineFrom({ kind, baseLines, newLines }: Hunk, line: number | null, step: number): number | null {
  const count = kind === "text" ? baseLines + newLines : 0;
  if (count === 0) return null;
  return line === null ? (step < 0 ? count - 1 : 0) : Math.min(Math.max(line + step, 0), count - 1);
}

export interface DecisionRequest {
  readonly decision: Decision;
  readonly targets: { readonly fileId: string; readonly hunks: { id: string; lines?: number[] }[] }[];
}

/** What makes hunks as they were again, however many there are: one request per kind of decision. */
export function requestsFor(files: readonly { readonly fileId: string; readonly hunks: readonly Hunk[] }[]): readonly DecisionRequest[] {
  return (["accepted", "rejected", "undecided"] as const).flatMap((decision) => {
    const targets = files.flatMap(({ fileId, hunks }) => {
      const own = hunks.flatMap((hunk) => decisionsOf(hunk).flatMap((part) => (part.decision === decision ? [{ id: hunk.id, ...(part.lines ? { lines: [...part.lines] } : {}) }] : [])));
      return own.length === 0 ? [] : [{ fileId, hunks: own }];
    });
    return targets.length === 0 ? [] : [{ decision, targets }];
  });
}

export function hasAccepted({ decision, lines }: Hunk): boolean {
  return decision === "accepted" || (decision === "mixed" && (lines?.includes("a") ?? false));
}

/** Counts of hunks in a file or a change set. */
export function tally(files: readonly ChangeFile[]): { readonly total: number; readonly accepted: number; readonly open: number } {
  const hunks = files.flatMap((file) => file.hunks);
  return { total: hunks.length, accepted: hunks.filter(hasAccepted).length, open: hunks.filter(({ decision, lines }) => decision === "undecided" || (lines?.includes("u") ?? false)).length };
}

/** Whether it can be decided on. */
export function isOpen({ state }: Pick<ChangeSet, "state">): boolean {
  return state !== "applying" && state !== "applied" && state !== "discarded";
}

export const STATES: Readonly<Record<ChangeSetState, { readonly label: string; readonly icon: IconName; readonly tone: "plain" | "good" | "warning" | "bad" }>> = {
  validating: { label: "Being checked", icon: "loading", tone: "plain" },
  ready: { label: "For review", icon: "eye", tone: "plain" },
  applying: { label: "Being applied", icon: "loading", tone: "plain" },
  applied: { label: "Applied", icon: "pass-filled", tone: "good" },
  undone: { label: "Undone", icon: "discard", tone: "plain" },
  discarded: { label: "Discarded", icon: "circle-slash", tone: "plain" },
  failed: { label: "Could not be applied", icon: "error", tone: "bad" },
};

export const DECISION_WORDS = {
  accepted: { label: "Accepted", icon: "check" },
  rejected: { label: "Rejected", icon: "close" },
  undecided: { label: "Undecided", icon: "circle-outline" },
  mixed: { label: "Decided by line", icon: "list-flat" },
} as const satisfies Readonly<Record<Hunk["decision"], { readonly label: string; readonly icon: IconName }>>;

/** Where a hunk lies, in words. */
export function placeOf({ kind, baseStart, baseLines, newStart, newLines }: Hunk, file: Pick<ChangeFile, "kind" | "executable">): string {
  if (kind === "mode") return file.executable ? "May be run as a program" : "May no longer be run as a program";
  if (kind === "file") return file.kind === "create" ? "An empty file is created" : "An empty file is deleted";
  const [start, count] = newLines > 0 ? [newStart, newLines] : [baseStart, baseLines];
  return `${newLines > 0 ? "Line" : "Removed line"}${count === 1 ? "" : "s"} ${count === 1 ? start : `${start}–${start + count - 1}`}`;
}

/** Whether each proposal, and each decision on it, is what is shown. */
export function showsAll(shown: Pick<ChangeSet, "files">, now: Pick<ChangeSet, "files">): boolean {
  const seen = new Map(shown.files.map((file) => [file.id, file]));
  return now.files.every(({ id, proposalHash, hunks }) => {
    const file = seen.get(id);
    const decisions = new Map(file?.hunks.map((hunk) => [hunk.id, hunk]));
    return file?.proposalHash === proposalHash && hunks.every((hunk) => decisions.get(hunk.id)?.decision === hunk.decision && decisions.get(hunk.id)?.lines === hunk.lines);
  });
}

/** How a file stands to what is there now: what is rejected conflicts with nothing. */
export function baseAsDecided(base: BaseState, hunks: readonly Hunk[]): BaseState {
  if (base.state !== "conflicts") return base;
  const rejected = new Set(hunks.filter(({ decision }) => decision === "rejected").map(({ id }) => id));
  const hunkIds = base.hunkIds.filter((id) => !rejected.has(id));
  return { ...base, state: base.hunkIds.length > 0 && hunkIds.length === 0 ? "merges" : "conflicts", hunkIds };
}

/** The lines of a hunk as they read, without their ends. */
export function linesOfHunk(hunk: Hunk, original: readonly string[], proposal: readonly string[]): readonly { readonly sign: "-" | "+"; readonly number: number; readonly text: string }[] {
  if (hunk.kind !== "text") return [];
  return [
    ...Array.from({ length: hunk.baseLines }, (_, index) => ({ sign: "-" as const, number: hunk.baseStart + index, text: original[hunk.baseStart - 1 + index] ?? "" })),
    ...Array.from({ length: hunk.newLines }, (_, index) => ({ sign: "+" as const, number: hunk.newStart + index, text: proposal[hunk.newStart - 1 + index] ?? "" })),
  ];
}
