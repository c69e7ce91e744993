import { createHash } from "node:crypto";

/** Why a job failed, so that the same fault reads the same whichever job it met. */
export interface Cause {
  readonly fingerprint: string;
  /** The message without what differs from job to job. */
  readonly cause: string;
  /** Function and file where it came from. */
  readonly frame: string | null;
}

const MAX_CAUSE = 300;

/** What differs from job to job, the most particular first. */
const PARTICULARS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>)\]]+/gi, "<url>"],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "<address>"],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, "<id>"],
  [/"[^"\n]*"|'[^'\n]*'|`[^`\n]*`|“[^”\n]*”/g, "<text>"],
  [/(?<![\w<])(?:[A-Za-z]:)?(?:[\\/][\w.@~+-]+)+[\\/]?/g, "<path>"],
  [/(?<![\w/.-])(?:[\w@~+-][\w.@~+-]*\/)+[\w.@~+-]+/g, "<path>"],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b/gi, "<id>"],
  [/(?<![A-Za-z_])\d+(?:[.,]\d+)*/g, "<n>"],
];

export function causeOf(message: string, stack: string | undefined): Cause {
  const cause = PARTICULARS.reduce((text, [pattern, stand]) => text.replace(pattern, stand), message.slice(0, 4_000)).replace(/\s+/g, " ").trim().slice(0, MAX_CAUSE);
  const frame = topFrame(stack ?? "");
  const fingerprint = createHash("sha256").update(`${cause}\n${frame ?? ""}`).digest("hex").slice(0, 16);
  return { fingerprint, cause, frame };
}

/** The first place in the code, without line and column: those move with every change of the file. */
function topFrame(stack: string): string | null {
  const line = stack.split("\n").find((text) => /^\s*at /.test(text) && !/\(?node:/.test(text));
  const [, name, location] = /^\s*at (?:async )?(?:(.*?) \()?(.*?)(?::\d+)*\)?$/.exec(line ?? "") ?? [];
  if (location === undefined) return null;
  const file = location.replace(/^file:\/\//, "").split(/[\\/]/).slice(-2).join("/");
  return (name ? `${name} (${file})` : file).slice(0, 200);
}
