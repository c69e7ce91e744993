import type { Caller, Done } from "@coder/shared";
import type {
  CopyEntriesInput, DeletedEntries, DeleteEntriesInput, EmptyTrashInput, Entries, EntryDetails, EntryInput, EntryPage, ListFolderInput, ListTrashInput, MoveEntriesInput, NoteFilesChangedInput, ReadFileInput,
  ReserveRoomInput, TrashInput, TrashPage, WriteFileInput, WrittenFile,
} from "./file-schemas.ts";
import type { ProjectPath } from "./project-path.ts";

/** A file on its way out. */
export interface FileDownload {
  readonly path: ProjectPath;
  /** SHA-256 of the whole file in hexadecimal. */
  readonly hash: string;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  /** The whole file, or the bytes from `start` up to, not including, `end`. Throws `file_changing` when they are not those of `hash` any more. */
  body(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
}

/**
 * The files of a project. Every operation: `project_not_found` (404) for another organization's, `project_not_ready` (409), `entry_not_found` (404),
 * `outside_project` (403) for a path whose links lead out, `disk_full` (503).
 */
export interface IFiles {
  /** `not_a_folder` and `invalid_cursor` (400). */
  listFolder(caller: Caller, input: ListFolderInput): Promise<EntryPage>;
  getEntry(caller: Caller, input: EntryInput): Promise<EntryDetails>;
  /** `already_exists` (409). The folder above must be there. */
  createFolder(caller: Caller, input: EntryInput): Promise<EntryDetails>;
  /** All or none, and never over something: `already_exists` (409), `into_itself` (400). */
  moveEntries(caller: Caller, input: MoveEntriesInput): Promise<Entries>;
  /** Never over something: `already_exists` (409), `into_itself` (400), `quota_exceeded` (409), `too_many_entries` (413). */
  copyEntries(caller: Caller, input: CopyEntriesInput): Promise<Entries>;
  /** To the trash, all or none. */
  deleteEntries(caller: Caller, input: DeleteEntriesInput): Promise<DeletedEntries>;
  listTrash(caller: Caller, input: ListTrashInput): Promise<TrashPage>;
  /** Everything that was deleted, for good: what it took can be taken by others at once, its files go soon after. */
  emptyTrash(caller: Caller, input: EmptyTrashInput): Promise<Done>;
  /** Back to where it was: `trash_entry_not_found` (404), `restore_collision` (409, names what is in the way). */
  restoreEntries(caller: Caller, input: TrashInput): Promise<Entries>;
  /** Another module changed files of the project: whoever wants to know is told. */
  noteFilesChanged(caller: Caller, input: NoteFilesChangedInput): Promise<Done>;
  /** Another module is about to add to a project, or gives back what it did not need: `quota_exceeded` (409). Usage that is counted anew makes up for what is never given back. */
  reserveRoom(caller: Caller, input: ReserveRoomInput): Promise<Done>;
  /** `not_a_file` (400): a link too, it is not followed. */
  readFile(caller: Caller, input: ReadFileInput, signal: AbortSignal): Promise<FileDownload>;
  /** `stale_write` (409, with what is there now), `already_exists` (409), `not_a_file` (400), `quota_exceeded` (409), `file_too_large` (413). Otherwise whole, and on the disk. */
  writeFile(caller: Caller, input: WriteFileInput, body: AsyncIterable<Uint8Array>): Promise<WrittenFile>;
}
