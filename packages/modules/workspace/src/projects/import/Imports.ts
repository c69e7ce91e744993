import { rm } from "node:fs/promises";
import path from "node:path";
import {
  ProjectNameSchema, type ImportArchiveInput, type ImportFolderInput, type ImportFolders, type ImportGitInput, type ListImportFoldersInput, type Project, type ProjectInput,
  type ProjectSource,
} from "@coder/api/workspace";
import { unlessConflict } from "@coder/db";
import type { Caller, JobDefinition } from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import { storedText, textOfStored, type ProjectDirectories } from "@coder/work-tree";
import type { WorkspaceConfig } from "../../config.ts";
import type { ProjectRow } from "../../entities.ts";
import { importFolderJob, importProjectJob } from "../../jobs/definitions.ts";
import { importNotFailed } from "../errors.ts";
import { projectOf } from "../project-of.ts";
import { newRow } from "../new-row.ts";
import type { ProjectAccess } from "../ProjectAccess.ts";
import type { Quota } from "../Quota.ts";
import { headOf } from "./archive-format.ts";
import type { ImportRoots } from "./ImportRoots.ts";
import { ImportTarget } from "./ImportTarget.ts";
import { receiveArchive } from "./receive-archive.ts";

/** Refuses while the organization has too many jobs that wait or run: `job_quota_exceeded` (409). */
export type AdmitJob = (caller: Caller) => Promise<void>;

export interface ImportsDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly quota: Quota;
  readonly roots: ImportRoots;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly now: () => Date;
  readonly admitJob: AdmitJob;
}

const FALLBACK_NAME = "Imported project";
const ARCHIVE_ENDINGS = /\.(zip|tar\.gz|tgz|tar)$/i;

/** Asks for imports: each is a project in the status `importing`, and a job that brings its files. */
export class Imports {
  readonly #deps: ImportsDeps;

  constructor(deps: ImportsDeps) {
    this.#deps = deps;
  }

  async archive(caller: Caller, { name, fileName }: ImportArchiveInput, body: AsyncIterable<Uint8Array>): Promise<Project> {
    const { directories, quota, config, admitJob } = this.#deps;
    await admitJob(caller);
    const shownName = path.posix.basename(fileName.replaceAll("\\", "/")).toWellFormed().replaceAll("\0", "\ufffd");
    const row = this.#row(caller, name ?? shownName.replace(ARCHIVE_ENDINGS, ""), { kind: "archive", fileName: shownName });
    await quota.reserve(caller, { projects: 1 });
    let bytes = 0;
    try {
      bytes = await receiveArchive(body, directories.of(row), config.value.import.maxArchiveBytes);
      await quota.reserve(caller, { bytes });
    } catch (error) {
      await this.#discard(caller, row, { projects: 1 });
      throw error;
    }
    return this.#start(caller, { ...row, chargedBytes: bytes });
  }

  async git(caller: Caller, { name, url, ref }: ImportGitInput): Promise<Project> {
    const last = decoded(new URL(url).pathname.split("/").findLast((part) => part !== "") ?? "").replace(/\.git$/i, "");
    await this.#deps.admitJob(caller);
    const row = this.#row(caller, name ?? last, { kind: "git", url, ref: ref ?? null });
    await this.#deps.quota.reserve(caller, { projects: 1 });
    return this.#start(caller, row);
  }

  async folder(caller: Caller, { name, path: folder }: ImportFolderInput): Promise<Project> {
    const real = await this.#deps.roots.resolve(folder);
    await this.#deps.admitJob(caller);
    const row = this.#row(caller, name ?? path.posix.basename(real), { kind: "folder", path: storedText(real) });
    await this.#deps.quota.reserve(caller, { projects: 1 });
    return this.#start(caller, row);
  }

  folders(_caller: Caller, { path: folder }: ListImportFoldersInput): Promise<ImportFolders> {
    return this.#deps.roots.list(folder);
  }

  async retry(caller: Caller, { id }: ProjectInput): Promise<Project> {
    const { access, directories, roots, now } = this.#deps;
    const row = await access.requireAny(caller, id);
    if (row.status !== "failed") throw importNotFailed(row.status);
    await this.#deps.admitJob(caller);
    // Said now and not by another failed job.
    if (row.source.kind === "archive") await headOf(ImportTarget.archiveOf(directories.of(row)));
    if (row.source.kind === "folder") await roots.resolve(textOfStored(row.source.path));
    const { job, message } = jobFor(row);
    const changes = { status: "importing", job, problem: null, updatedAt: now().toISOString() } as const;
    const started = await unlessConflict(access.rows(caller).update(id, changes, { where: { status: "failed" }, enqueue: [message] }));
    return started ? projectOf(started) : this.retry(caller, { id });
  }

  #row(caller: Caller, name: string, source: ProjectSource): ProjectRow {
    const fitting = ProjectNameSchema.safeParse([...name.toWellFormed()].slice(0, 100).join(""));
    return newRow(caller, { name: fitting.data ?? FALLBACK_NAME, source, status: "importing" }, this.#deps.now());
  }

  async #start(caller: Caller, row: ProjectRow): Promise<Project> {
    const { job, message } = jobFor(row);
    try {
      return projectOf(await this.#deps.access.rows(caller).insert({ ...row, job }, { enqueue: [message] }));
    } catch (error) {
      await this.#discard(caller, row, { projects: 1, bytes: row.chargedBytes });
      throw error;
    }
  }

  async #discard(caller: Caller, row: ProjectRow, amounts: { readonly projects: number; readonly bytes?: number }): Promise<void> {
    await rm(this.#deps.directories.of(row).root, { recursive: true, force: true });
    await this.#deps.quota.release(caller, amounts);
  }
}

/** The id is chosen here, so that the project can name its job before there is one. */
function jobFor({ id: projectId, source }: ProjectRow) {
  const definition: JobDefinition<typeof importProjectJob.schema> = source.kind === "folder" ? importFolderJob : importProjectJob;
  const job = { id: newId(), name: definition.name };
  return { job, message: definition.with({ projectId }, { id: job.id }) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
