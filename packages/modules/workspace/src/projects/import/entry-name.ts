import type { ProjectPath } from "@coder/api/workspace";
import { textOfBytes } from "@coder/work-tree";
import { unsafeName } from "./errors.ts";
import type { NameOrigin } from "./import-source.ts";

const SLASH = 0x2f;
const MAX_NAME_BYTES = 255;
/** More than any source tree has, and little enough for every program that walks one. */
const MAX_DEPTH = 200;

export interface NameRules {
  /** Longest path in bytes, so that it still has a name where it is unpacked. */
  readonly maxPathBytes: number;
  readonly names: NameOrigin;
}

/** The project path of a source's name; `""` for the folder the source is made of. Throws `import_unsafe_name`. */
export function pathOfName(name: Buffer, { maxPathBytes, names }: NameRules): ProjectPath {
  const text = textOfBytes(name);
  const fault = nameFault(name, text, names);
  if (fault !== null) throw unsafeName(text, fault);
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.length > MAX_DEPTH) throw unsafeName(text, `lies deeper than ${MAX_DEPTH} folders`);
  if (name.length > maxPathBytes) throw unsafeName(text, `is longer than ${maxPathBytes} bytes`);
  return segments.join("/");
}

function nameFault(name: Buffer, text: string, names: NameOrigin): string | null {
  if (name.length === 0) return "is empty";
  if (name.includes(0)) return "holds a NUL";
  if (name[0] === SLASH) return "is absolute";
  if (text.split("/").includes("..")) return "leads out of the project";
  const foreign = names === "disk" ? null : foreignFault(text, names);
  if (foreign !== null) return foreign;
  return longSegment(name) ? `has a part of more than ${MAX_NAME_BYTES} bytes` : null;
}

/** What other systems would take for a way out. */
function foreignFault(text: string, names: NameOrigin): string | null {
  if (names === "zip" && text.includes("\\")) return "holds a backslash";
  if (names === "zip" ? /^[a-z]:/i.test(text) : /^[a-z]:([\\/]|$)/i.test(text)) return "names a drive";
  if (text.startsWith("\\")) return "is absolute";
  return text.split(/[\\/]/).includes("..") ? "leads out of the project" : null;
}

function longSegment(name: Buffer): boolean {
  for (let from = 0; from <= name.length; ) {
    const slash = name.indexOf(SLASH, from);
    const end = slash === -1 ? name.length : slash;
    if (end - from > MAX_NAME_BYTES) return true;
    from = end + 1;
  }
  return false;
}
