import type { OrganizationId } from "@coder/shared";
import { AppError, type Caller } from "@coder/shared";
import type { Project, ProjectId } from "@coder/api/workspace";
import type { WorkspaceClient } from "../changes/ProjectAccess.ts";

/** What this module asks of workspace, and nothing else of it: one project, the room that its organization has, and who was told what. */
export class FakeWorkspace {
  readonly #projectId: ProjectId;
  readonly #organizationId: OrganizationId;
  /** Projects whose files were said to have changed. */
  readonly told: ProjectId[] = [];
  usage = { projects: { used: 1, limit: 10 }, bytes: { used: 0, limit: 1_000_000_000 }, files: { used: 0, limit: 100_000 } };
  /** When usage was counted last: what was taken before is not in it any more. */
  countedAt = "";
  status: Project["status"] | "purged" = "ready";

  constructor(of: { readonly projectId: ProjectId; readonly organizationId: OrganizationId }) {
    this.#projectId = of.projectId;
    this.#organizationId = of.organizationId;
  }

  client(): WorkspaceClient {
    const answers = (caller: Caller) => ({
      getProject: async ({ id }: { id: string }) => ({ id: this.#require(caller, id), organizationId: this.#organizationId, status: this.status }),
      getUsage: async () => structuredClone(this.usage),
      noteFilesChanged: async ({ projectId }: { projectId: ProjectId }) => void this.told.push(this.#require(caller, projectId)),
      reserveRoom: async ({ projectId, files, bytes, takenAt }: { projectId: string; files: number; bytes: number; takenAt?: string }) => {
        this.#require(caller, projectId);
        if (takenAt !== undefined && this.countedAt >= takenAt) return {};
        const { usage } = this;
        if ((bytes > 0 && usage.bytes.used + bytes > usage.bytes.limit) || (files > 0 && usage.files.used + files > usage.files.limit)) {
          throw new AppError("conflict", "quota_exceeded", "There is no room.", { remedy: "None" });
        }
        usage.bytes.used += bytes;
        usage.files.used += files;
        return {};
      },
    });
    // The client is made of the whole router; what is not asked for is not there.
    return answers as unknown as WorkspaceClient;
  }

  #require(caller: Caller, id: string): ProjectId {
    const organizationId = caller.kind === "anonymous" ? null : caller.organizationId;
    if (id !== this.#projectId || organizationId !== this.#organizationId || this.status === "purged") throw new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "None" });
    return this.#projectId;
  }
}
