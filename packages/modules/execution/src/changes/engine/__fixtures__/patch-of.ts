import { decisionAt } from "../hunks.ts";
import type { ReviewedFile } from "../accepted-file.ts";
import { linesOf } from "../lines.ts";

/**
 * What is accepted of a file as a patch for git: removed lines that are not accepted are context, added ones are not there. Empty where nothing is left of it.
 * A last line without its end that is kept, with lines added behind it, is written as git writes it: taken out, and put back with an end.
 */
export function patchOf(name: string, { kind, base, baseExecutable, proposal, executable, hunks }: ReviewedFile): string {
  const [before, after] = [linesOf(base ?? ""), linesOf(proposal ?? "")];
  const body: { sign: " " | "-" | "+"; text: string }[] = [];
  let at = 0;
  for (const hunk of hunks) {
    if (hunk.kind !== "text") continue;
    for (; at < hunk.baseStart - 1; at += 1) body.push({ sign: " ", text: before[at] ?? "" });
    for (let line = 0; line < hunk.baseLines; line += 1) body.push({ sign: decisionAt(hunk, line) === "accepted" ? "-" : " ", text: before[at + line] ?? "" });
    at += hunk.baseLines;
    for (let line = 0; line < hunk.newLines; line += 1) if (decisionAt(hunk, hunk.baseLines + line) === "accepted") body.push({ sign: "+", text: after[hunk.newStart - 1 + line] ?? "" });
  }
  for (; at < before.length; at += 1) body.push({ sign: " ", text: before[at] ?? "" });
  const end = before[0]?.endsWith("\r\n") ? "\r\n" : "\n";
  const last = body.findLastIndex(({ sign }) => sign !== "-");
  const lines = body.flatMap(({ sign, text }, index) => {
    if (text.endsWith("\n") || sign === "-" || index === last) return [{ sign, text }];
    return sign === " " ? [{ sign: "-" as const, text }, { sign: "+" as const, text: text + end }] : [{ sign, text: text + end }];
  });
  const whole = hunks.some((hunk) => hunk.kind === "file" && hunk.decision === "accepted");
  const mode = hunks.some((hunk) => hunk.kind === "mode" && hunk.decision === "accepted");
  const changes = lines.some(({ sign }) => sign !== " ");
  if (!changes && !whole && !mode) return "";
  const counts = (signs: string) => lines.filter(({ sign }) => signs.includes(sign)).length;
  const isDeletion = kind === "delete" && lines.every(({ sign }) => sign === "-");
  const octal = (isExecutable: boolean) => (isExecutable ? "100755" : "100644");
  const head = [
    `diff --git a/${name} b/${name}`,
    ...(kind === "create" ? [`new file mode ${octal(executable === true)}`] : []),
    ...(isDeletion ? [`deleted file mode ${octal(baseExecutable)}`] : []),
    ...(mode ? [`old mode ${octal(baseExecutable)}`, `new mode ${octal(executable === true)}`] : []),
  ];
  if (!changes) return `${head.join("\n")}\n`;
  const start = (count: number) => (count === 0 ? 0 : 1);
  head.push(
    `--- ${kind === "create" ? "/dev/null" : `a/${name}`}`,
    `+++ ${isDeletion ? "/dev/null" : `b/${name}`}`,
    `@@ -${start(counts(" -"))},${counts(" -")} +${start(counts(" +"))},${counts(" +")} @@`,
  );
  const written = lines.map(({ sign, text }) => (text.endsWith("\n") ? `${sign}${text}` : `${sign}${text}\n\\ No newline at end of file\n`));
  return `${head.join("\n")}\n${written.join("")}`;
}
