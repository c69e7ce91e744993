import { MAX_CHANGE_BYTES } from "@coder/api/execution";
import type { ProjectId, ProjectPath } from "@coder/api/workspace";
import type { workspaceRouter } from "@coder/api/workspace/router";
import type { Caller, OrganizationId } from "@coder/shared";
import type { ServiceClient } from "@coder/shared/trpc";
import { isGone, readContent, type ProjectDirectories, type ProjectDirectory, type ProjectTree, type ProjectTrees } from "@coder/work-tree";
import { fileTooLarge, projectNotReady } from "../errors.ts";
import { collect } from "./collect.ts";

export type WorkspaceClient = ServiceClient<typeof workspaceRouter>;

/** A project whose files can be read and written by the one who asked. */
export interface OpenProject {
  readonly organizationId: OrganizationId;
  readonly id: ProjectId;
  readonly directory: ProjectDirectory;
  readonly tree: ProjectTree;
}

/** What is at a path now. */
export interface DiskFile {
  readonly bytes: Buffer;
  readonly hash: string;
  readonly executable: boolean;
}

/** The way to a project's files: tenant and permission are asked of the module that owns it. */
export class ProjectAccess {
  readonly #deps: { readonly workspace: WorkspaceClient; readonly directories: ProjectDirectories; readonly trees: ProjectTrees };

  constructor(deps: { readonly workspace: WorkspaceClient; readonly directories: ProjectDirectories; readonly trees: ProjectTrees }) {
    this.#deps = deps;
  }

  /** `project_not_found`, `project_not_ready`. */
  async open(caller: Caller, id: ProjectId): Promise<OpenProject> {
    const { workspace, directories, trees } = this.#deps;
    const project = await workspace(caller).getProject({ id });
    if (project.status !== "ready") throw projectNotReady(project.status);
    const directory = directories.of(project);
    return { organizationId: project.organizationId, id, directory, tree: trees.of(directory.tree) };
  }
}

/** Null where there is no file: also where there is a folder, a link or anything else on the way. `not_a_file` where there is something else itself. */
export async function readDiskFile(tree: ProjectTree, path: ProjectPath): Promise<DiskFile | null> {
  try {
    const content = await readContent(tree, path);
    if (content.sizeBytes > MAX_CHANGE_BYTES) throw fileTooLarge(path, MAX_CHANGE_BYTES);
    const bytes = Buffer.concat(await collect(content.body()));
    return { bytes, hash: content.hash, executable: content.executable };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
