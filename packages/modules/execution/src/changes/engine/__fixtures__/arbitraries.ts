import type { ChangeKind, Decision, Hunk } from "@coder/api/execution";
import fc from "fast-check";
import type { ReviewedFile } from "../accepted-file.ts";
import { decided, hunksOf } from "../hunks.ts";

/** Few different lines, so that texts have much in common and repeat themselves; blank, indented, with every ending there is. */
const line = fc.constantFrom("a", "b", "c", "", "  x", "\ty", "}", "\ufeffb", "é🙂", "-a", "+b", "\\ No newline", " ", "a\rb");
const ending = fc.oneof({ weight: 6, arbitrary: fc.constant("\n") }, { weight: 2, arbitrary: fc.constant("\r\n") });
export const anyText = fc
  .tuple(fc.array(fc.tuple(line, ending), { maxLength: 14 }), fc.boolean(), fc.boolean())
  .map(([lines, endless, bom]) => {
    const text = lines.map(([each, end]) => each + end).join("");
    return `${bom && text !== "" ? "\ufeff" : ""}${endless ? text.replace(/\r?\n$/, "") : text}`;
  });

/** A text and one made from it by a few changes, as people and programs make them. */
export const textPair = fc.oneof(
  fc.tuple(anyText, anyText),
  fc.tuple(anyText, fc.array(fc.tuple(fc.nat(14), fc.nat(2), fc.array(fc.tuple(line, ending), { maxLength: 3 })), { maxLength: 4 })).map(([base, edits]) => {
    const lines = base.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    for (const [at, removed, added] of edits) lines.splice(Math.min(at, lines.length), removed, ...added.map(([each, end]) => each + end));
    return [base, lines.join("")] as [string, string];
  }),
);

const decision = fc.constantFrom<Decision>("accepted", "rejected", "undecided");

export type Granularity = "hunks" | "lines";

/** A file of a change set that somebody has decided on, hunk by hunk or line by line. */
export function reviewedFile(granularity: Granularity): fc.Arbitrary<ReviewedFile> {
  return fc
    .record({ kind: fc.constantFrom<ChangeKind>("modify", "modify", "modify", "create", "delete"), texts: textPair, baseExecutable: fc.boolean(), executable: fc.option(fc.boolean()) })
    .chain(({ kind, texts: [one, other], baseExecutable, executable }) => {
      const proposal = { kind, base: kind === "create" ? null : one, proposal: kind === "delete" ? null : other, baseExecutable: kind !== "create" && baseExecutable, executable };
      const { hunks } = hunksOf(proposal);
      return decisions(hunks, granularity).map((chosen) => ({ ...proposal, hunks: chosen }));
    });
}

export function decisions(hunks: readonly Hunk[], granularity: Granularity): fc.Arbitrary<readonly Hunk[]> {
  if (hunks.length === 0) return fc.constant([]);
  return fc.tuple(...hunks.map((hunk) => {
    const count = hunk.baseLines + hunk.newLines;
    if (granularity === "hunks" || count === 0) return decision.map((each) => decided(hunk, each));
    return fc.array(decision, { minLength: count, maxLength: count }).map((each) => each.reduce((made, one, index) => decided(made, one, [index]), hunk));
  }));
}
