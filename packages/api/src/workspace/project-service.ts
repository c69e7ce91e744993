import type { Caller } from "@coder/shared";
import type {
  CreateProjectInput, ExportArchiveInput, ImportArchiveInput, ImportFolderInput, ImportFolders, ImportGitInput, ListImportFoldersInput, ListProjectsInput, ListTreeInput,
  Project, ProjectInput, ProjectPage, ReadFiles, ReadFilesInput, RenameProjectInput, TreePage, Usage,
} from "./project-schemas.ts";

/** Bytes that leave as a download. */
export interface ArchiveDownload {
  readonly fileName: string;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Projects: where they come from, how they leave, and what they may take. `project_not_found` (404) for another organization's too. */
export interface IProjects {
  listProjects(caller: Caller, input: ListProjectsInput): Promise<ProjectPage>;
  getProject(caller: Caller, input: ProjectInput): Promise<Project>;
  /** An empty one, ready at once. `quota_exceeded` (409) at the organization's limit. */
  createProject(caller: Caller, input: CreateProjectInput): Promise<Project>;
  /** Takes in the archive and answers while it is unpacked. `archive_too_large` (413), `archive_unsupported` (400), `quota_exceeded` (409). */
  importArchive(caller: Caller, input: ImportArchiveInput, body: AsyncIterable<Uint8Array>): Promise<Project>;
  importGit(caller: Caller, input: ImportGitInput): Promise<Project>;
  /** Copies a folder of this server. `folder_not_allowed` (403) outside the roots of the settings. */
  importFolder(caller: Caller, input: ImportFolderInput): Promise<Project>;
  listImportFolders(caller: Caller, input: ListImportFoldersInput): Promise<ImportFolders>;
  /** Starts a failed import again. `import_not_failed` (409), `source_gone` (409) where the archive is not kept any more. */
  retryImport(caller: Caller, input: ProjectInput): Promise<Project>;
  /** `version_conflict` (409) when somebody changed it since it was read. */
  renameProject(caller: Caller, input: RenameProjectInput): Promise<Project>;
  /** To the trash; an import under way is cancelled. */
  deleteProject(caller: Caller, input: ProjectInput): Promise<Project>;
  restoreProject(caller: Caller, input: ProjectInput): Promise<Project>;
  /** For good: the project is gone at once, its files soon after. */
  purgeProject(caller: Caller, input: ProjectInput): Promise<Project>;
  exportArchive(caller: Caller, input: ExportArchiveInput, signal: AbortSignal): Promise<ArchiveDownload>;
  getUsage(caller: Caller): Promise<Usage>;
  listTree(caller: Caller, input: ListTreeInput): Promise<TreePage>;
  /** At most 8 MiB of text per answer. */
  readFiles(caller: Caller, input: ReadFilesInput): Promise<ReadFiles>;
}
