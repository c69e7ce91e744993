import type { ChangeSetId } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller } from "@coder/shared";

/** Keeps the state of a project's files before something changes them. Null: nothing is kept. */
export interface ICheckpoints {
  take(caller: Caller, what: { readonly projectId: ProjectId; readonly reason: string; readonly changeSetId: ChangeSetId }): Promise<{ readonly checkpointId: string } | null>;
}
