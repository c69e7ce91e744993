import type { IChangeSets, ICheckpointOperations, IExecutionService, IRuns } from "@coder/api/execution";
import type { Applying } from "./changes/apply/Applying.ts";
import type { ChangeSets } from "./changes/ChangeSets.ts";
import type { Review } from "./changes/review/Review.ts";
import type { Checkpoints } from "./checkpoints/Checkpoints.ts";
import type { Runs } from "./runs/Runs.ts";

export interface ExecutionServiceDeps {
  readonly changes: ChangeSets;
  readonly review: Review;
  readonly applying: Applying;
  readonly checkpoints: Checkpoints;
  readonly runs: Runs;
}

/** Changes of projects: proposed, reviewed, applied; programs run; states kept and brought back. Puts the parts together; each part holds one subject. */
export class ExecutionService implements IExecutionService {
  readonly #deps: ExecutionServiceDeps;

  constructor(deps: ExecutionServiceDeps) {
    this.#deps = deps;
  }

  readonly createChangeSet: IChangeSets["createChangeSet"] = (caller, input) => this.#deps.changes.create(caller, input);
  readonly listChangeSets: IChangeSets["listChangeSets"] = (caller, input) => this.#deps.changes.list(caller, input);
  readonly getChangeSet: IChangeSets["getChangeSet"] = (caller, input, signal) => this.#deps.changes.get(caller, input, signal);
  readonly getChangeFile: IChangeSets["getChangeFile"] = (caller, input) => this.#deps.changes.file(caller, input);
  readonly checkBases: IChangeSets["checkBases"] = (caller, input) => this.#deps.changes.bases(caller, input);
  readonly watchChangeSets: IChangeSets["watchChangeSets"] = (caller, input, signal) => this.#deps.changes.watch(caller, input, signal);
  readonly decideChanges: IChangeSets["decideChanges"] = (caller, input) => this.#deps.review.decide(caller, input);
  readonly editProposal: IChangeSets["editProposal"] = (caller, input) => this.#deps.review.edit(caller, input);
  readonly addComment: IChangeSets["addComment"] = (caller, input) => this.#deps.review.comment(caller, input);
  readonly deleteComment: IChangeSets["deleteComment"] = (caller, input) => this.#deps.review.uncomment(caller, input);
  readonly discardChangeSet: IChangeSets["discardChangeSet"] = (caller, input) => this.#deps.review.discard(caller, input);
  readonly validateChangeSet: IChangeSets["validateChangeSet"] = (caller, input) => this.#deps.applying.validate(caller, input);
  readonly applyChangeSet: IChangeSets["applyChangeSet"] = (caller, input) => this.#deps.applying.apply(caller, input);
  readonly undoChangeSet: IChangeSets["undoChangeSet"] = (caller, input) => this.#deps.applying.undo(caller, input);

  readonly listCheckpoints: ICheckpointOperations["listCheckpoints"] = (caller, input) => this.#deps.checkpoints.list(caller, input);
  readonly createCheckpoint: ICheckpointOperations["createCheckpoint"] = (caller, input) => this.#deps.checkpoints.create(caller, input);
  readonly previewRestore: ICheckpointOperations["previewRestore"] = (caller, input) => this.#deps.checkpoints.preview(caller, input);
  readonly restoreCheckpoint: ICheckpointOperations["restoreCheckpoint"] = (caller, input) => this.#deps.checkpoints.restore(caller, input);
  readonly undoRestore: ICheckpointOperations["undoRestore"] = (caller, input) => this.#deps.checkpoints.undo(caller, input);

  readonly listScripts: IRuns["listScripts"] = (caller, input) => this.#deps.runs.scripts(caller, input);
  readonly startRun: IRuns["startRun"] = (caller, input) => this.#deps.runs.start(caller, input);
  readonly getRun: IRuns["getRun"] = (caller, input, signal) => this.#deps.runs.get(caller, input, signal);
  readonly listRuns: IRuns["listRuns"] = (caller, input) => this.#deps.runs.list(caller, input);
  readonly cancelRun: IRuns["cancelRun"] = (caller, input) => this.#deps.runs.cancel(caller, input);
  readonly watchRun: IRuns["watchRun"] = (caller, input, signal) => this.#deps.runs.watch(caller, input, signal);
  readonly readOutput: IRuns["readOutput"] = (caller, input) => this.#deps.runs.output(caller, input);
}
