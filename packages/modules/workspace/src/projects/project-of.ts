import type { Project } from "@coder/api/workspace";
import type { Stored } from "@coder/db";
import { textOfStored } from "@coder/work-tree";
import type { ProjectRow } from "../entities.ts";

/** A project as others see it. */
export function projectOf(row: Stored<ProjectRow>): Project {
  const { etag: _etag, nameKey: _key, revision, statusBefore: _before, chargedBytes: _bytes, chargedFiles: _files, countedAt: _counted, source, ...project } = row;
  return { ...project, source: source.kind === "folder" ? { ...source, path: textOfStored(source.path) } : source, version: String(revision) };
}
