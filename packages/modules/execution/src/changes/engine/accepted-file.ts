import type { ChangeKind, Hunk } from "@coder/api/execution";
import { decisionAt } from "./hunks.ts";
import { linesOf } from "./lines.ts";

export interface ReviewedFile {
  readonly kind: ChangeKind;
  readonly base: string | null;
  readonly baseExecutable: boolean;
  readonly proposal: string | null;
  readonly executable: boolean | null;
  readonly hunks: readonly Hunk[];
}

/** A file as it is to be. `text` null: there is none. */
export interface FileResult {
  readonly text: string | null;
  readonly executable: boolean;
}

/**
 * What the original becomes when what is accepted, and nothing else, is applied: the same as `git apply` of a patch of those lines. All accepted gives the
 * proposal, nothing accepted the original, byte for byte.
 */
export function acceptedFile({ kind, base, baseExecutable, proposal, executable, hunks }: ReviewedFile): FileResult {
  const isAccepted = (wanted: Hunk["kind"]) => hunks.some((hunk) => hunk.kind === wanted && hunk.decision === "accepted");
  const text = acceptedText(base ?? "", proposal ?? "", hunks);
  if (kind === "create") {
    const exists = hunks.some(hasAccepted);
    return { text: exists ? text : null, executable: exists && executable === true };
  }
  if (kind === "delete") {
    const isGone = hunks.length > 0 && hunks.every(({ decision }) => decision === "accepted");
    return { text: isGone ? null : text, executable: baseExecutable };
  }
  return { text, executable: isAccepted("mode") ? executable === true : baseExecutable };
}

/** Whether any of a hunk is accepted. */
export function hasAccepted({ decision, lines }: Hunk): boolean {
  return decision === "accepted" || (decision === "mixed" && (lines?.includes("a") ?? false));
}

function acceptedText(base: string, proposal: string, hunks: readonly Hunk[]): string {
  const [before, after] = [linesOf(base), linesOf(proposal)];
  const kept: string[] = [];
  const keep = (line: string) => {
    const last = kept.at(-1);
    // A last line without its end was kept, and a line is added behind it: then it is not the last any more.
    if (last !== undefined && !last.endsWith("\n")) kept[kept.length - 1] = last + terminatorOf(before);
    kept.push(line);
  };
  let at = 0;
  for (const hunk of hunks) {
    if (hunk.kind !== "text") continue;
    const start = hunk.baseStart - 1;
    for (; at < start; at += 1) keep(before[at] ?? "");
    for (let line = 0; line < hunk.baseLines; line += 1) if (decisionAt(hunk, line) !== "accepted") keep(before[start + line] ?? "");
    at = start + hunk.baseLines;
    for (let line = 0; line < hunk.newLines; line += 1) if (decisionAt(hunk, hunk.baseLines + line) === "accepted") keep(after[hunk.newStart - 1 + line] ?? "");
  }
  for (; at < before.length; at += 1) keep(before[at] ?? "");
  return kept.join("");
}

/** As the file's first line ends. */
function terminatorOf([first = ""]: readonly string[]): string {
  return first.endsWith("\r\n") ? "\r\n" : "\n";
}
