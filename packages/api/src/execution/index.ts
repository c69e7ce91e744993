export {
  AddCommentInputSchema, BaseStateSchema, CHANGE_KINDS, CHANGE_SET_STATES, ChangeFileSchema, ChangeOriginSchema, ChangePathSchema, ChangeSetIdSchema, ChangeSetSchema, ChangeSetSummarySchema,
  CommentSchema, CreateChangeSetInputSchema, HunkSchema, MAX_CHANGE_BYTES, MAX_CHANGE_FILE_CHARS, MAX_CHANGE_FILES, MAX_COMMENTS, MAX_HUNKS, ProvenanceSchema,
} from "./change-set-schemas.ts";
export type {
  AddCommentInput, ApplyChangeSetInput, BaseState, BaseStates, ChangeFile, ChangeFileInput, ChangeFiles, ChangeFileTexts, ChangeKind, ChangeOrigin, ChangeSet, ChangeSetId, ChangeSetInput,
  ChangeSetNotice, ChangeSetPage, ChangeSetState, ChangeSetSummary, Comment, CommentInput, CreateChangeSetInput, DecideChangesInput, Decision, EditProposalInput, GetChangeSetInput, Hunk, ListChangeSetsInput,
  ProposedFile, Provenance, UndoChangeSetInput, WatchChangeSetsInput,
} from "./change-set-schemas.ts";
export type { IChangeSets } from "./change-set-service.ts";
export { CheckpointIdSchema, CheckpointSchema, FileChangesSchema, MAX_NAMED_PATHS, RunIdSchema } from "./checkpoint-schemas.ts";
export type {
  Checkpoint, CheckpointId, CheckpointPage, CreateCheckpointInput, FileChange, FileChanges, ListCheckpointsInput, Paths, PreviewRestoreInput, RestoreCheckpointInput, RestorePreview, RestoreResult, RunId,
  UndoRestoreInput,
} from "./checkpoint-schemas.ts";
export type { ICheckpointOperations } from "./checkpoint-service.ts";
export { RunLimitsSchema, RunSchema } from "./run-schemas.ts";
export type {
  EndedRunState, GetRunInput, ListRunsInput, ListScriptsInput, ReadOutputInput, Run, RunEvent, RunInput, RunLimits, RunOutput, RunPage, RunState, RunTarget, ScriptFolder, Scripts, StartRunInput, WatchRunInput,
} from "./run-schemas.ts";
export type { IRuns } from "./run-service.ts";
export {
  changeSetAppliedEvent, changeSetCreatedEvent, changeSetDiscardedEvent, changeSetFailedEvent, changeSetUndoneEvent, checkpointCreatedEvent, checkpointRestoredEvent, runFailedEvent, runFinishedEvent,
} from "./events.ts";
export { executionPermissions } from "./permissions.ts";
export type { IExecutionService } from "./service.ts";
export { VALIDATION_STAGES, ValidationSchema } from "./validation-schemas.ts";
export type { Validation, ValidationMessage, ValidationStage, ValidationStageName } from "./validation-schemas.ts";
