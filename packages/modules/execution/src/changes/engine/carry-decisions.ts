import type { Decision, Hunk } from "@coder/api/execution";
import { decisionAt, withDecisions } from "./hunks.ts";
import { linesOf } from "./lines.ts";

/** Hunks of one text against the same original. */
interface HunksOfText {
  readonly proposal: string;
  readonly hunks: readonly Hunk[];
}

/**
 * The hunks of a changed proposal with the decisions of the former one that still fit: on removed lines of the original, and on added lines that stand
 * between the same lines of it with the same text in the same order. What is new is undecided. Reasons stay with the hunk that touches the same place.
 */
export function carryDecisions(former: HunksOfText, next: HunksOfText): readonly Hunk[] {
  const formerLines = linesOf(former.proposal);
  const nextLines = linesOf(next.proposal);
  const removed = new Map<number, Decision>();
  for (const hunk of former.hunks) for (let line = 0; line < hunk.baseLines; line += 1) removed.set(hunk.baseStart + line, decisionAt(hunk, line));
  return next.hunks.map((hunk) => {
    const same = former.hunks.filter((other) => other.kind === hunk.kind && meets(other, hunk));
    const reason = hunk.reason || [...new Set(same.map((other) => other.reason).filter(Boolean))].join("\n");
    const exact = same.find(({ id }) => id === hunk.id);
    // What somebody has edited does not come from there any more.
    if (exact) return { ...hunk, reason, provenance: exact.provenance, decision: exact.decision, lines: exact.lines };
    if (hunk.kind !== "text") return { ...hunk, reason };
    const added = same.flatMap((other) => Array.from({ length: other.newLines }, (_, line) => ({ text: formerLines[other.newStart - 1 + line], decision: decisionAt(other, other.baseLines + line) })));
    const decisions: Decision[] = [];
    for (let line = 0; line < hunk.baseLines; line += 1) decisions.push(removed.get(hunk.baseStart + line) ?? "undecided");
    let from = 0;
    for (let line = 0; line < hunk.newLines; line += 1) {
      const text = nextLines[hunk.newStart - 1 + line];
      const found = added.findIndex((each, index) => index >= from && each.text === text);
      decisions.push(found === -1 ? "undecided" : (added[found]?.decision ?? "undecided"));
      if (found !== -1) from = found + 1;
    }
    return { ...withDecisions(hunk, decisions), reason };
  });
}

/** Whether two hunks touch the same place of the original. */
function meets(one: Hunk, other: Hunk): boolean {
  return one.baseStart <= other.baseStart + other.baseLines && other.baseStart <= one.baseStart + one.baseLines;
}
