import type { Snapshot } from "../engine/snapshot.ts";

/** A project of these files. */
export function snapshotOf(files: Readonly<Record<string, string>>): Snapshot {
  const paths = Object.keys(files).sort();
  return { paths, files: paths.map((path) => ({ path, text: files[path] ?? "" })), sourceTotal: paths.length };
}
