import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A file of the repository that is made from others. */
export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Those that are not on disk as they should be. */
export function outdated(root: string, files: readonly GeneratedFile[]): readonly GeneratedFile[] {
  return files.filter((file) => {
    const full = path.join(root, file.path);
    return !existsSync(full) || readFileSync(full, "utf8") !== file.text;
  });
}

/** Writes what changed, and nothing else, so that nothing is built anew without need. Returns the paths. */
export function writeOutdated(root: string, files: readonly GeneratedFile[]): readonly string[] {
  return outdated(root, files).map((file) => {
    const full = path.join(root, file.path);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, file.text);
    return file.path;
  });
}
