export { BufferChangeSchema, MAX_BUFFER_CHARS, MAX_BUFFERS, MAX_LAYOUT_BYTES } from "./buffer-schemas.ts";
export type {
  BufferChange, DiscardBufferInput, GetLayoutInput, Layout, ListBuffersInput, PutLayoutInput, SaveBufferInput, SavedBuffer, TextEdit, UnsavedText, UnsavedTexts,
} from "./buffer-schemas.ts";
export type { IBuffers } from "./buffer-service.ts";
export { filesChangedEvent, projectDeletedEvent, projectImportedEvent, projectPurgedEvent, projectRestoredEvent } from "./events.ts";
export {
  ContentHashSchema, DeletedEntriesSchema, ENTRY_KINDS, EntryDetailsSchema, EntryPageSchema, EntrySchema, ReadFileInputSchema, TrashEntrySchema, TrashPageSchema, WriteFileInputSchema,
  WrittenFileSchema,
} from "./file-schemas.ts";
export type {
  CopyEntriesInput, DeletedEntries, DeleteEntriesInput, EmptyTrashInput, Entries, Entry, EntryDetails, EntryInput, EntryKind, EntryPage, ListFolderInput, ListTrashInput, MoveEntriesInput, NoteFilesChangedInput,
  ReadFileInput, ReserveRoomInput, TrashEntry, TrashInput, TrashPage, WriteFileInput, WrittenFile,
} from "./file-schemas.ts";
export type { FileDownload, IFiles } from "./file-service.ts";
export { GIT_ENTRY_KINDS, GIT_OPERATIONS } from "./git-schemas.ts";
export type { GitCommit, GitDiff, GitDiffInput, GitEntry, GitLog, GitLogInput, GitStatus, GitStatusInput } from "./git-schemas.ts";
export type { IGit } from "./git-service.ts";
export { ProjectEventSchema } from "./live-schemas.ts";
export type { FindFilesInput, FoundFiles, PathChange, ProjectEvent, WatchProjectInput } from "./live-schemas.ts";
export type { ILive } from "./live-service.ts";
export { workspacePermissions } from "./permissions.ts";
export { EntryPathSchema, pathFault, ProjectPathSchema } from "./project-path.ts";
export type { ProjectPath } from "./project-path.ts";
export {
  ARCHIVE_FORMATS, ArchiveFormatSchema, ExportArchiveInputSchema, GitRefSchema, GitUrlSchema, ImportArchiveInputSchema, PROJECT_STATUSES, ProjectIdSchema, ProjectJobSchema,
  ProjectNameSchema, ProjectProblemSchema, ProjectSchema, ProjectSourceSchema, ProjectStatusSchema, UNREAD_REASONS,
} from "./project-schemas.ts";
export type {
  ArchiveFormat, CreateProjectInput, ExportArchiveInput, ImportArchiveInput, ImportFolderInput, ImportFolders, ImportGitInput, ListImportFoldersInput, ListProjectsInput,
  ListTreeInput, Project, ProjectId, ProjectInput, ProjectJob, ProjectPage, ProjectProblem, ProjectSource, ProjectStatus, ReadFiles, ReadFilesInput, RenameProjectInput,
  TreeFile, TreePage, Usage,
} from "./project-schemas.ts";
export type { ArchiveDownload, IProjects } from "./project-service.ts";
export { SearchTextInputSchema } from "./search-schemas.ts";
export type { SearchedFile, SearchItem, SearchMatch, SearchOnceInput, SearchResult, SearchSummary, SearchTextInput } from "./search-schemas.ts";
export type { ISearch } from "./search-service.ts";
export type { IWorkspaceService } from "./service.ts";
export { workspaceTransfers } from "./transfers.ts";
