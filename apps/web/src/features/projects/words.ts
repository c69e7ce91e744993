import type { Project, ProjectSource, ProjectStatus } from "@coder/api/workspace";
import type { Tone } from "#ui/badge.tsx";
import type { IconName } from "#ui/icon.tsx";

export const SOURCE_KINDS: Record<ProjectSource["kind"], { readonly name: string; readonly icon: IconName }> = {
  empty: { name: "Empty", icon: "folder" },
  archive: { name: "Archive", icon: "file-zip" },
  git: { name: "Git", icon: "git-branch" },
  folder: { name: "Folder of the server", icon: "server" },
};

export const STATUSES: Record<ProjectStatus, { readonly name: string; readonly tone: Tone; readonly icon: IconName }> = {
  ready: { name: "Ready", tone: "success", icon: "pass" },
  importing: { name: "Importing", tone: "info", icon: "loading" },
  failed: { name: "Import failed", tone: "error", icon: "error" },
  deleted: { name: "In the trash", tone: "idle", icon: "trash" },
};

/** Where a project came from, in a line. */
export function sourceText(source: ProjectSource): string {
  switch (source.kind) {
    case "empty":
      return "Made here";
    case "archive":
      return source.fileName;
    case "git":
      return source.url.replace(/^https:\/\//, "") + (source.ref === null ? "" : `, ${source.ref}`);
    case "folder":
      return source.path;
  }
}

/** Whether there is something to look at in it. */
export function canOpen(project: Project): boolean {
  return project.status === "ready";
}
