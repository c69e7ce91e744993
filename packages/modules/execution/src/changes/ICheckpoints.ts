import type { ChangeSetId, CheckpointId } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller } from "@coder/shared";
import type { MadeFile } from "../checkpoints/tree/change-tree.ts";

/** Keeps the state of a project's files before something changes them. Null: nothing is kept. */
export interface ICheckpoints {
  take(caller: Caller, what: { readonly projectId: ProjectId; readonly reason: string; readonly changeSetId: ChangeSetId }): Promise<{ readonly checkpointId: CheckpointId } | null>;
  /** Tells a checkpoint which files the work after it made, so that a restore takes back those and nothing that others did. */
  complete(caller: Caller, projectId: ProjectId, checkpointId: CheckpointId, made: readonly MadeFile[]): Promise<unknown>;
}
