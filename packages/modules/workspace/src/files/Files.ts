import type {
  CopyEntriesInput, DeletedEntries, DeleteEntriesInput, EmptyTrashInput, Entries, EntryDetails, EntryInput, EntryPage, FileDownload, IFiles, ListFolderInput, ListTrashInput, MoveEntriesInput,
  NoteFilesChangedInput, ProjectId, ProjectPath, ReadFileInput, ReserveRoomInput, TrashInput, TrashPage, WriteFileInput, WrittenFile,
} from "@coder/api/workspace";
import type { Caller, Done } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import { bytesOfPath, pathInvalid, readContent, textOfBytes, type FileWriter, type ProjectDirectories, type ProjectDirectory, type ProjectTree, type ProjectTrees } from "@coder/work-tree";
import type { WorkspaceConfig } from "../config.ts";
import type { ProjectRow } from "../entities.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import type { Charges } from "./Charges.ts";
import { copyEntry } from "./copy-entry.ts";
import { listFolder, readEntry } from "./list-folder.ts";
import { createFolder, moveEntries } from "./move-entries.ts";
import type { Trash } from "./Trash.ts";

export interface FilesDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly trees: ProjectTrees;
  readonly charges: Charges;
  readonly writer: FileWriter;
  readonly trash: Trash;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly changes: IChangeNotes;
}

/** Hears that something changed a project's files. */
export interface IChangeNotes {
  note(project: Pick<ProjectRow, "id" | "organizationId">): void;
}

interface Opened {
  readonly project: ProjectRow;
  readonly directory: ProjectDirectory;
  readonly tree: ProjectTree;
}

/** A project's files for the people who work on them. */
export class Files implements IFiles {
  readonly #deps: FilesDeps;

  constructor(deps: FilesDeps) {
    this.#deps = deps;
  }

  async listFolder(caller: Caller, { projectId, path, limit, cursor }: ListFolderInput): Promise<EntryPage> {
    const { tree } = await this.#open(caller, projectId);
    return listFolder(tree, path, { limit, cursor });
  }

  async getEntry(caller: Caller, { projectId, path }: EntryInput): Promise<EntryDetails> {
    const { tree } = await this.#open(caller, projectId);
    return this.#details(await readEntry(tree, path));
  }

  async createFolder(caller: Caller, { projectId, path }: EntryInput): Promise<EntryDetails> {
    return this.#changing(caller, projectId, async ({ tree }) => this.#details(await readEntry(tree, await createFolder(tree, path))));
  }

  async moveEntries(caller: Caller, { projectId, moves }: MoveEntriesInput): Promise<Entries> {
    return this.#changing(caller, projectId, async ({ tree }) => entriesAt(tree, await moveEntries(tree, moves)));
  }

  async copyEntries(caller: Caller, { projectId, copies }: CopyEntriesInput): Promise<Entries> {
    return this.#changing(caller, projectId, async ({ project, directory, tree }) => {
      const paths: ProjectPath[] = [];
      for (const copy of copies) {
        paths.push(await this.#deps.charges.charging(caller, project, (reserve) => copyEntry(tree, directory.staging, copy, reserve)));
      }
      return entriesAt(tree, paths);
    });
  }

  async deleteEntries(caller: Caller, { projectId, paths }: DeleteEntriesInput): Promise<DeletedEntries> {
    return this.#changing(caller, projectId, async ({ project, directory, tree }) => ({
      trashId: await this.#deps.trash.delete(caller, project, directory, tree, paths),
    }));
  }

  async listTrash(caller: Caller, { projectId, limit, cursor }: ListTrashInput): Promise<TrashPage> {
    const { project } = await this.#open(caller, projectId);
    return this.#deps.trash.list(caller, project, { limit, cursor });
  }

  async emptyTrash(caller: Caller, { projectId }: EmptyTrashInput): Promise<Done> {
    const { project } = await this.#open(caller, projectId);
    await this.#deps.trash.empty(caller, project);
    return {};
  }

  async restoreEntries(caller: Caller, { projectId, trashId }: TrashInput): Promise<Entries> {
    return this.#changing(caller, projectId, async ({ project, directory, tree }) =>
      entriesAt(tree, await this.#deps.trash.restore(caller, project, directory, tree, trashId)),
    );
  }

  async readFile(caller: Caller, input: ReadFileInput, signal: AbortSignal): Promise<FileDownload> {
    const { tree } = await this.#open(caller, input.projectId);
    return readContent(tree, pathOf(input), signal);
  }

  async writeFile(caller: Caller, input: WriteFileInput, body: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    const { base, executable } = input;
    const path = pathOf(input);
    // What is based on a content that somebody has opened comes from an editor; anything else is an upload.
    const maxBytes = base === "none" || base === "any" ? this.maxFileBytes : this.#deps.config.value.files.maxOpenBytes;
    return this.#changing(caller, input.projectId, ({ project, directory, tree }) =>
      this.#deps.charges.charging(caller, project, (reserve) => this.#deps.writer.write(tree, directory.staging, { path, base, body, executable, maxBytes }, reserve)),
    );
  }

  async noteFilesChanged(caller: Caller, { projectId }: NoteFilesChangedInput): Promise<Done> {
    const { project } = await this.#open(caller, projectId);
    this.#deps.changes.note(project);
    return {};
  }

  async reserveRoom(caller: Caller, { projectId, files, bytes, takenAt }: ReserveRoomInput): Promise<Done> {
    const { project } = await this.#open(caller, projectId);
    if (takenAt !== undefined && project.countedAt >= takenAt) return {};
    await this.#deps.charges.charging(caller, project, (reserve) => reserve({ files, bytes }));
    return {};
  }

  /** Largest file that can be written, in bytes. */
  get maxFileBytes(): number {
    return this.#deps.config.value.import.maxEntryBytes;
  }

  #details(entry: Omit<EntryDetails, "editable">): EntryDetails {
    return { ...entry, editable: entry.kind === "file" && entry.sizeBytes <= this.#deps.config.value.files.maxOpenBytes };
  }

  async #open(caller: Caller, id: ProjectId): Promise<Opened> {
    const { access, directories, trees } = this.#deps;
    const project = await access.requireProject(caller, id);
    const directory = directories.of(project);
    return { project, directory, tree: trees.of(directory.tree) };
  }

  async #changing<Result>(caller: Caller, id: ProjectId, work: (opened: Opened) => Promise<Result>): Promise<Result> {
    const opened = await this.#open(caller, id);
    try {
      return await work(opened);
    } finally {
      // Also when it failed: it may have come a part of the way.
      this.#deps.changes.note(opened.project);
    }
  }
}

async function entriesAt(tree: ProjectTree, paths: readonly ProjectPath[]): Promise<Entries> {
  const items = [];
  for (const path of paths) items.push(await readEntry(tree, path));
  return { items };
}

/** The path of a transfer, which an address may carry as bytes. */
function pathOf({ path, pathBytes }: { readonly path?: ProjectPath | undefined; readonly pathBytes?: string | undefined }): ProjectPath {
  const named = pathBytes === undefined ? path : textOfBytes(Buffer.from(pathBytes, "base64url"));
  if (named === undefined || named === "" || (path !== undefined && pathBytes !== undefined)) throw pathInvalid("must be given once, as path or as pathBytes");
  bytesOfPath(named);
  return named;
}
