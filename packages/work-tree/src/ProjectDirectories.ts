import path from "node:path";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { OrganizationIdSchema, type OrganizationId } from "@coder/shared";

/** Where one project lies. Nobody but this module touches it. */
export interface ProjectDirectory {
  /** Holds everything of the project; removed as a whole. */
  readonly root: string;
  /** The user's files. Foreign code from the first byte. */
  readonly tree: string;
  /** What was deleted in the tree and can be restored, one folder per deletion. */
  readonly trash: string;
  /** What is being made: moved into place when it is whole, removed when it is not. On the same file system as the tree. */
  readonly staging: string;
}

/** The only place that makes paths below `<data>/workspaces`: organization, project, and the parts of a project. */
export class ProjectDirectories {
  readonly root: string;

  constructor(deps: { readonly dataDirectory: string }) {
    this.root = path.resolve(deps.dataDirectory, "workspaces");
  }

  organization(organizationId: OrganizationId): string {
    return path.join(this.root, OrganizationIdSchema.parse(organizationId).toLowerCase());
  }

  of({ organizationId, id }: { readonly organizationId: OrganizationId; readonly id: ProjectId }): ProjectDirectory {
    const root = path.join(this.organization(organizationId), ProjectIdSchema.parse(id).toLowerCase());
    return { root, tree: path.join(root, "tree"), trash: path.join(root, "trash"), staging: path.join(root, "staging") };
  }
}
