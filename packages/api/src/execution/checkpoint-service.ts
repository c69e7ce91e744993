import type { Caller } from "@coder/shared";
import type { Checkpoint, CheckpointPage, CreateCheckpointInput, ListCheckpointsInput, PreviewRestoreInput, RestoreCheckpointInput, RestorePreview, RestoreResult, UndoRestoreInput } from "./checkpoint-schemas.ts";

/**
 * States of a project's files that can be brought back. Every operation: `checkpoint_not_found` (404) for another organization's too, `project_not_found` (404),
 * `project_not_ready` (409), `checkpoint_damaged` (500) with nothing changed.
 */
export interface ICheckpointOperations {
  listCheckpoints(caller: Caller, input: ListCheckpointsInput): Promise<CheckpointPage>;
  /** `checkpoint_too_large` (413). */
  createCheckpoint(caller: Caller, input: CreateCheckpointInput): Promise<Checkpoint>;
  previewRestore(caller: Caller, input: PreviewRestoreInput): Promise<RestorePreview>;
  /** `preview_outdated` (409), `run_in_progress` (409). What a killed process leaves of it is finished by the next operation on the project. */
  restoreCheckpoint(caller: Caller, input: RestoreCheckpointInput): Promise<RestoreResult>;
  /** Takes a restore back: the checkpoint is the one that it was given as `undo`. `not_a_restore` (409), and as `restoreCheckpoint`. */
  undoRestore(caller: Caller, input: UndoRestoreInput): Promise<RestoreResult>;
}
