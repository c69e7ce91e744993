import type { ProjectPath } from "@coder/api/workspace";

/**
 * A path as git takes it as an argument: nothing in it means anything. Arguments are text; a byte that is not is stood for by any one character, so whoever
 * asks compares what comes back.
 */
export function pathspec(path: ProjectPath): string {
  if (!hasOddBytes(path)) return `:(top,literal)${path}`;
  return `:(top,glob)${path.replace(/[\\*?[\]]/g, (character) => `\\${character}`).replaceAll(new RegExp(LONE_ESCAPE, "g"), "?")}`;
}

export function hasOddBytes(path: ProjectPath): boolean {
  return LONE_ESCAPE.test(path);
}

const LONE_ESCAPE = /(?<![\ud800-\udbff])[\udc80-\udcff]/;
