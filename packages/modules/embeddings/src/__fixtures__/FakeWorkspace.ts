import { createHash } from "node:crypto";
import { ProjectIdSchema, type Project, type ProjectId, type ProjectStatus } from "@coder/api/workspace";
import { AppError, organizationOf, type Caller, type OrganizationId } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { WorkspaceClient } from "../indexing/ProjectReader.ts";

interface FakeProject {
  readonly organizationId: OrganizationId;
  status: ProjectStatus;
  /** Null: listed and gone when it is read. A number: so many bytes that are never read. */
  readonly files: Map<string, { text: string | null; version: number; reason?: "binary" | "not_a_file" }>;
}

/** The workspace module as embeddings sees it: projects of organizations, with their files in memory. */
export class FakeWorkspace {
  readonly projects = new Map<ProjectId, FakeProject>();
  /** Every path that was read, in order. */
  readonly reads: string[] = [];
  /** Called before each answer: for what happens meanwhile. */
  before: (procedure: "getProject" | "listTree" | "readFiles") => void | Promise<void> = () => undefined;
  maxAnswerChars = 8 * 1024 ** 2;
  #versions = 0;

  create(caller: Caller, files: Readonly<Record<string, string>> = {}, id = newId(ProjectIdSchema)): ProjectId {
    this.projects.set(id, { organizationId: organizationOf(caller), status: "ready", files: new Map() });
    for (const [path, text] of Object.entries(files)) this.write(id, path, text);
    return id;
  }

  write(id: ProjectId, path: string, text: string | null, reason?: "binary" | "not_a_file"): void {
    this.#project(id).files.set(path, { text, version: ++this.#versions, ...(reason ? { reason } : {}) });
  }

  remove(id: ProjectId, path: string): void {
    this.#project(id).files.delete(path);
  }

  /** As after a checkout: other times, the same content. */
  touchAll(id: ProjectId): void {
    for (const file of this.#project(id).files.values()) file.version = ++this.#versions;
  }

  setStatus(id: ProjectId, status: ProjectStatus): void {
    this.#project(id).status = status;
  }

  purge(id: ProjectId): void {
    this.projects.delete(id);
  }

  /** Only what embeddings calls is there. */
  readonly client = ((caller: Caller, { signal }: { signal?: AbortSignal } = {}) => {
    const enter = async (procedure: "getProject" | "listTree" | "readFiles", id: ProjectId): Promise<FakeProject> => {
      await this.before(procedure);
      signal?.throwIfAborted();
      const project = this.projects.get(id);
      if (!project || project.organizationId !== organizationOf(caller)) throw new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "None" });
      if (procedure !== "getProject" && project.status !== "ready") throw new AppError("conflict", "project_not_ready", "Not ready.", { remedy: "None" });
      return project;
    };
    return {
      getProject: async ({ id }: { id: ProjectId }) => ({ id, status: (await enter("getProject", id)).status }) as Project,
      listTree: async ({ projectId, after = "", limit = 5_000 }: { projectId: ProjectId; after?: string; limit?: number }) => {
        const { files } = await enter("listTree", projectId);
        const paths = [...files.keys()].sort().filter((path) => path > after);
        const page = paths.slice(0, limit).map((path) => {
          const { text, version } = files.get(path) ?? { text: "", version: 0 };
          return { path, sizeBytes: Buffer.byteLength(text ?? ""), modifiedAt: "2026-01-01T00:00:00.000Z", fingerprint: createHash("sha1").update(`${version}`).digest("hex").slice(0, 12) };
        });
        return { files: page, nextAfter: paths.length > limit ? (page.at(-1)?.path ?? null) : null };
      },
      readFiles: async ({ projectId, paths }: { projectId: ProjectId; paths: string[] }) => {
        const { files } = await enter("readFiles", projectId);
        let left = this.maxAnswerChars;
        return {
          files: paths.map((path) => {
            const file = files.get(path);
            if (left <= 0) return { path, text: null, reason: "next" as const };
            this.reads.push(path);
            if (!file || (file.text === null && !file.reason)) return { path, text: null, reason: "missing" as const };
            if (file.reason) return { path, text: null, reason: file.reason };
            const text = file.text ?? "";
            if (text.length > left) {
              left = 0;
              this.reads.pop();
              return { path, text: null, reason: "next" as const };
            }
            left -= text.length;
            return { path, text };
          }),
        };
      },
    };
  }) as unknown as WorkspaceClient;

  #project(id: ProjectId): FakeProject {
    const project = this.projects.get(id);
    if (!project) throw new Error(`No project ${id}`);
    return project;
  }
}
