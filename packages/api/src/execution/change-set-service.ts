import type { Caller, Done, LiveItem } from "@coder/shared";
import type {
  AddCommentInput, ApplyChangeSetInput, BaseStates, ChangeFile, ChangeFileInput, ChangeFiles, ChangeFileTexts, ChangeSet, ChangeSetInput, ChangeSetNotice, ChangeSetPage, ChangeSetSummary,
  Comment, CommentInput, CreateChangeSetInput, DecideChangesInput, EditProposalInput, GetChangeSetInput, ListChangeSetsInput, UndoChangeSetInput, WatchChangeSetsInput,
} from "./change-set-schemas.ts";

/**
 * Proposed changes of a project's files: reviewed line by line, validated on a copy, applied as a whole or not at all. Every operation:
 * `change_set_not_found` (404) for another organization's too, `project_not_found` (404), `project_not_ready` (409).
 */
export interface IChangeSets {
  /**
   * `stale_base` (409) when a file is not what the proposal is based on, `binary_file` (400), `file_listed_twice` (400), `nothing_changes` (400), `change_set_too_large` (413).
   * The same key answers with the change set of the first time; `key_reused` (409) when it was another's request.
   */
  createChangeSet(caller: Caller, input: CreateChangeSetInput): Promise<ChangeSet>;
  listChangeSets(caller: Caller, input: ListChangeSetsInput): Promise<ChangeSetPage>;
  /** With `waitMs` it waits until nothing is under way; events tell whoever has no time to: `execution.change-set.applied`, `.undone`, `.failed`. */
  getChangeSet(caller: Caller, input: GetChangeSetInput, signal: AbortSignal): Promise<ChangeSet>;
  getChangeFile(caller: Caller, input: ChangeFileInput): Promise<ChangeFileTexts>;
  checkBases(caller: Caller, input: ChangeSetInput): Promise<BaseStates>;
  watchChangeSets(caller: Caller, input: WatchChangeSetsInput, signal: AbortSignal): AsyncIterable<LiveItem<ChangeSetNotice>>;
  /** `version_conflict` (409) when somebody decided or edited since it was read, `hunk_not_found` (404), `change_set_closed` (409) once it is applied or discarded. */
  decideChanges(caller: Caller, input: DecideChangesInput): Promise<ChangeFiles>;
  /** Decisions on lines that stay are kept; lines that are new are undecided. Errors as `decideChanges`, and `not_editable` (400) for a file that is deleted. */
  editProposal(caller: Caller, input: EditProposalInput): Promise<ChangeFile>;
  /** `too_many_comments` (409). */
  addComment(caller: Caller, input: AddCommentInput): Promise<Comment>;
  /** One's own: `comment_not_found` (404). */
  deleteComment(caller: Caller, input: CommentInput): Promise<Done>;
  /** Checks what is accepted, or all of it while nothing is, on a copy. A job; `state` is `validating` until it has ended. */
  validateChangeSet(caller: Caller, input: ChangeSetInput): Promise<ChangeSetSummary>;
  /** Takes what is accepted into the project's files. A job: see `state` and `problem`. `nothing_accepted` (409), `version_conflict` (409). */
  applyChangeSet(caller: Caller, input: ApplyChangeSetInput): Promise<ChangeSetSummary>;
  /** Takes an applied change set back. A job. `not_applied` (409), `version_conflict` (409). */
  undoChangeSet(caller: Caller, input: UndoChangeSetInput): Promise<ChangeSetSummary>;
  discardChangeSet(caller: Caller, input: ChangeSetInput): Promise<ChangeSetSummary>;
}
