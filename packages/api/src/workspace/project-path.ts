import { z } from "zod";

const MAX_PATH_BYTES = 4_096;
const MAX_NAME_BYTES = 255;

/**
 * A path inside a project: relative, POSIX, `""` for the project itself. Case and Unicode form are kept. A byte of a name that is not UTF-8
 * travels as the lone surrogate U+DC80..U+DCFF (Python's surrogateescape), so that every name there is can be named.
 */
export const ProjectPathSchema = z
  .string()
  .max(MAX_PATH_BYTES)
  .superRefine((path, context) => {
    const fault = pathFault(path);
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
  });
export type ProjectPath = z.output<typeof ProjectPathSchema>;

/** A path of something in the project: never the project itself. */
export const EntryPathSchema = ProjectPathSchema.refine((path) => path !== "", "must name something in the project");

/** Why a text is no project path; null for one that is. */
export function pathFault(path: string): string | null {
  if (path === "") return null;
  if (path.includes("\0")) return "must not hold a NUL";
  if (path.startsWith("/")) return "must be relative to the project";
  const segments = path.split("/");
  if (segments.includes("")) return "must not hold an empty segment";
  if (segments.includes(".") || segments.includes("..")) return "must not hold . or ..";
  if (/[\ud800-\udbff](?![\udc00-\udfff])/.test(path)) return "must hold whole characters";
  if (/(?<![\ud800-\udbff])[\udc00-\udc7f\udd00-\udfff]/.test(path)) return "must hold whole characters";
  if (segments.some((segment) => byteLength(segment) > MAX_NAME_BYTES)) return `must not hold a name of more than ${MAX_NAME_BYTES} bytes`;
  return byteLength(path) > MAX_PATH_BYTES ? `must not be longer than ${MAX_PATH_BYTES} bytes` : null;
}

/** In the file system's bytes: an escaped byte counts one. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else bytes += code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
