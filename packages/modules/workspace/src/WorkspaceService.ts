import type { IBuffers, IFiles, IGit, ILive, IProjects, ISearch, IWorkspaceService } from "@coder/api/workspace";
import type { Buffers } from "./files/buffers/Buffers.ts";
import type { Layouts } from "./files/buffers/Layouts.ts";
import type { Files } from "./files/Files.ts";
import type { Git } from "./git/Git.ts";
import type { LiveProjects } from "./live/LiveProjects.ts";
import type { Exports } from "./projects/export/Exports.ts";
import type { Imports } from "./projects/import/Imports.ts";
import type { Projects } from "./projects/Projects.ts";
import type { Quota } from "./projects/Quota.ts";
import type { TreeReader } from "./projects/TreeReader.ts";
import type { TextSearch } from "./search/TextSearch.ts";

export interface WorkspaceServiceDeps {
  readonly projects: Projects;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly reader: TreeReader;
  readonly quota: Quota;
  readonly files: Files;
  readonly buffers: Buffers;
  readonly layouts: Layouts;
  readonly live: LiveProjects;
  readonly search: TextSearch;
  readonly git: Git;
}

/** Projects and what is in them. Puts the parts together; each part holds one subject. */
export class WorkspaceService implements IWorkspaceService {
  readonly #deps: WorkspaceServiceDeps;

  constructor(deps: WorkspaceServiceDeps) {
    this.#deps = deps;
  }

  readonly listProjects: IProjects["listProjects"] = (caller, input) => this.#deps.projects.list(caller, input);
  readonly getProject: IProjects["getProject"] = (caller, input) => this.#deps.projects.get(caller, input);
  readonly createProject: IProjects["createProject"] = (caller, input) => this.#deps.projects.create(caller, input);
  readonly renameProject: IProjects["renameProject"] = (caller, input) => this.#deps.projects.rename(caller, input);
  readonly deleteProject: IProjects["deleteProject"] = (caller, input) => this.#deps.projects.delete(caller, input);
  readonly restoreProject: IProjects["restoreProject"] = (caller, input) => this.#deps.projects.restore(caller, input);
  readonly purgeProject: IProjects["purgeProject"] = (caller, input) => this.#deps.projects.purge(caller, input);
  readonly importArchive: IProjects["importArchive"] = (caller, input, body) => this.#deps.imports.archive(caller, input, body);
  readonly importGit: IProjects["importGit"] = (caller, input) => this.#deps.imports.git(caller, input);
  readonly importFolder: IProjects["importFolder"] = (caller, input) => this.#deps.imports.folder(caller, input);
  readonly listImportFolders: IProjects["listImportFolders"] = (caller, input) => this.#deps.imports.folders(caller, input);
  readonly retryImport: IProjects["retryImport"] = (caller, input) => this.#deps.imports.retry(caller, input);
  readonly exportArchive: IProjects["exportArchive"] = (caller, input, signal) => this.#deps.exports.archive(caller, input, signal);
  readonly getUsage: IProjects["getUsage"] = (caller) => this.#deps.quota.usage(caller);
  readonly listTree: IProjects["listTree"] = (caller, input) => this.#deps.reader.list(caller, input);
  readonly readFiles: IProjects["readFiles"] = (caller, input) => this.#deps.reader.read(caller, input);

  readonly listFolder: IFiles["listFolder"] = (caller, input) => this.#deps.files.listFolder(caller, input);
  readonly getEntry: IFiles["getEntry"] = (caller, input) => this.#deps.files.getEntry(caller, input);
  readonly createFolder: IFiles["createFolder"] = (caller, input) => this.#deps.files.createFolder(caller, input);
  readonly moveEntries: IFiles["moveEntries"] = (caller, input) => this.#deps.files.moveEntries(caller, input);
  readonly copyEntries: IFiles["copyEntries"] = (caller, input) => this.#deps.files.copyEntries(caller, input);
  readonly deleteEntries: IFiles["deleteEntries"] = (caller, input) => this.#deps.files.deleteEntries(caller, input);
  readonly listTrash: IFiles["listTrash"] = (caller, input) => this.#deps.files.listTrash(caller, input);
  readonly emptyTrash: IFiles["emptyTrash"] = (caller, input) => this.#deps.files.emptyTrash(caller, input);
  readonly restoreEntries: IFiles["restoreEntries"] = (caller, input) => this.#deps.files.restoreEntries(caller, input);
  readonly noteFilesChanged: IFiles["noteFilesChanged"] = (caller, input) => this.#deps.files.noteFilesChanged(caller, input);
  readonly reserveRoom: IFiles["reserveRoom"] = (caller, input) => this.#deps.files.reserveRoom(caller, input);
  readonly readFile: IFiles["readFile"] = (caller, input, signal) => this.#deps.files.readFile(caller, input, signal);
  readonly writeFile: IFiles["writeFile"] = (caller, input, body) => this.#deps.files.writeFile(caller, input, body);

  readonly saveBuffer: IBuffers["saveBuffer"] = (caller, input) => this.#deps.buffers.save(caller, input);
  readonly listBuffers: IBuffers["listBuffers"] = (caller, input) => this.#deps.buffers.list(caller, input);
  readonly discardBuffer: IBuffers["discardBuffer"] = (caller, input) => this.#deps.buffers.discard(caller, input);
  readonly getLayout: IBuffers["getLayout"] = (caller, input) => this.#deps.layouts.get(caller, input);
  readonly putLayout: IBuffers["putLayout"] = (caller, input) => this.#deps.layouts.put(caller, input);

  readonly watchProject: ILive["watchProject"] = (caller, input, signal) => this.#deps.live.watchProject(caller, input, signal);
  readonly findFiles: ILive["findFiles"] = (caller, input) => this.#deps.live.findFiles(caller, input);

  readonly searchText: ISearch["searchText"] = (caller, input, signal) => this.#deps.search.stream(caller, input, signal);
  readonly searchOnce: ISearch["searchOnce"] = (caller, input, signal) => this.#deps.search.once(caller, input, signal);

  readonly gitStatus: IGit["gitStatus"] = (caller, input, signal) => this.#deps.git.status(caller, input, signal);
  readonly gitDiff: IGit["gitDiff"] = (caller, input, signal) => this.#deps.git.diff(caller, input, signal);
  readonly gitLog: IGit["gitLog"] = (caller, input, signal) => this.#deps.git.log(caller, input, signal);
}
