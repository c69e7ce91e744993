import { VALIDATION_STAGES, type Hunk, type ValidationMessage, type ValidationStage, type ValidationStageName } from "@coder/api/execution";
import { isAppError, type Caller } from "@coder/shared";
import type { ILogger } from "@coder/shared/trpc";
import type { ChangeFileRow, ChangeSetRow } from "../../entities.ts";
import { acceptedFile, hasAccepted } from "../engine/accepted-file.ts";
import { decided, decisionAt } from "../engine/hunks.ts";
import type { FileReader } from "../FileReader.ts";
import type { OpenProject } from "../ProjectAccess.ts";
import type { ChangeRows } from "../store/ChangeRows.ts";
import type { Finding, IStage, StageOutcome, Subject, SubjectFile } from "./stage.ts";

export interface ValidationRunDeps {
  readonly rows: ChangeRows;
  readonly reader: FileReader;
  /** In the order in which they run. */
  readonly stages: readonly IStage[];
  readonly log: ILogger;
}

export interface IValidationRun {
  /** Checks what is accepted, unless exactly that was checked already. Returns how many errors it brings. */
  accepted(row: ChangeSetRow, project: OpenProject, files: readonly ChangeFileRow[], signal: AbortSignal, caller: Caller): Promise<number>;
}

/** How often a check looks whether anybody still waits for it. */
const LOOK_MS = 1_000;
const MAX_MESSAGES = 200;
const MAX_TEXT = 1_000;

/** Checks a change set stage by stage, and keeps what was found beside it. */
export class ValidationRun implements IValidationRun {
  readonly #deps: ValidationRunDeps;

  constructor(deps: ValidationRunDeps) {
    this.#deps = deps;
  }

  async accepted(row: ChangeSetRow, project: OpenProject, files: readonly ChangeFileRow[], signal: AbortSignal, caller: Caller): Promise<number> {
    const { revision, subject, stages } = row.validation;
    if (subject === "accepted" && revision === row.revision && stages.every(({ state }) => state !== "running" && state !== "waiting" && state !== "broken")) return errorsIn(stages);
    const found = await this.run(caller, row, project, files, "accepted", signal);
    if (!found) throw new Error(`The change set ${row.id} is not being applied any more`);
    return errorsIn(found);
  }

  /** Checks all that is proposed, or what is accepted of it. Null, and early, where nobody waits for it any more. */
  async run(
    caller: Caller,
    row: ChangeSetRow,
    project: OpenProject,
    files: readonly ChangeFileRow[],
    subject: "proposal" | "accepted",
    signal: AbortSignal,
    progress: (done: number, total: number) => Promise<void> = async () => undefined,
  ): Promise<readonly ValidationStage[] | null> {
    const { stages, log } = this.#deps;
    using wanted = this.#wanted(caller, row, signal);
    await using checked: Subject & AsyncDisposable = await this.#subject(project, files, subject);
    let found: readonly ValidationStage[] = VALIDATION_STAGES.map((name) => ({ name, state: "waiting", note: "", tookMs: null, messages: [], limited: false }));
    const keep = async (stage: ValidationStage, ended = false) => {
      found = found.map((each) => (each.name === stage.name ? stage : each));
      return this.#keep(caller, row, subject, found, ended);
    };
    for (const [index, stage] of stages.entries()) {
      await progress(index, stages.length);
      const started = performance.now();
      if (!(await keep({ name: stage.name, state: "running", note: "", tookMs: null, messages: [], limited: false }))) return null;
      let outcome: StageOutcome;
      try {
        outcome = await stage.run(checked, wanted.signal);
      } catch (error) {
        signal.throwIfAborted();
        if (wanted.signal.aborted) return null;
        log.warn({ err: error, stage: stage.name, changeSetId: row.id }, "A check of a proposed change failed");
        outcome = { state: "broken", note: isAppError(error) ? `${error.message} ${error.remedy}` : "The check failed for a reason nobody has foreseen.", findings: [] };
      }
      await keep(stageOf(stage.name, outcome, checked, Math.round(performance.now() - started)), index === stages.length - 1);
    }
    await progress(stages.length, stages.length);
    return found;
  }

  /** Null where nobody waits for it any more: what another job found that began later stays. */
  #keep(caller: Caller, row: ChangeSetRow, subject: "proposal" | "accepted", stages: readonly ValidationStage[], ended: boolean): Promise<ChangeSetRow | null> {
    const { rows } = this.#deps;
    return rows.change(caller, row.id, (now) => (isAtWork(row, now) ? { validation: { subject, stages: [...stages], endedAt: ended ? rows.now() : null, revision: row.revision } } : null));
  }

  /** Aborts also where the change set was applied or discarded meanwhile: a check of types may have minutes left by then. */
  #wanted(caller: Caller, row: ChangeSetRow, signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
    const left = new AbortController();
    const look = setInterval(() => {
      void this.#deps.rows.require(caller, row.id).then(
        (now) => !isAtWork(row, now) && left.abort(),
        // Whatever that was: what is found is refused when it is kept.
        () => undefined,
      );
    }, LOOK_MS);
    return { signal: AbortSignal.any([signal, left.signal]), [Symbol.dispose]: () => clearInterval(look) };
  }

  async #subject(project: OpenProject, rows: readonly ChangeFileRow[], subject: "proposal" | "accepted"): Promise<Subject & AsyncDisposable> {
    const files: SubjectFile[] = [];
    for (const row of rows) {
      const hunks = subject === "accepted" ? row.hunks : row.hunks.map((hunk) => decided(hunk, "accepted"));
      if (!hunks.some(hasAccepted)) continue;
      const reviewed = { ...(await this.#deps.reader.reviewed(row)), hunks };
      const { text, executable } = acceptedFile(reviewed);
      files.push({ id: row.id, path: row.path, base: reviewed.base, text, executable, hunks });
    }
    return subjectOf(project, files);
  }
}

/** Whether the change set is still where the job that checks it found it. */
function isAtWork({ state, task }: ChangeSetRow, now: ChangeSetRow): boolean {
  return now.state === state && now.task?.jobId === task?.jobId;
}

function subjectOf(project: OpenProject, files: readonly SubjectFile[]): Subject & AsyncDisposable {
  const ends: (() => Promise<void>)[] = [];
  return {
    project,
    files,
    onEnd: (end) => void ends.push(end),
    [Symbol.asyncDispose]: async () => {
      for (const end of ends.toReversed()) await end();
    },
  };
}

function stageOf(name: ValidationStageName, { state, note, findings }: StageOutcome, { files }: Subject, tookMs: number): ValidationStage {
  const byPath = new Map(files.map((file) => [file.path, file]));
  // What lies in the change comes first.
  const sorted = findings.toSorted((one, other) => Number(byPath.has(other.path)) - Number(byPath.has(one.path)));
  return { name, state, note, tookMs, messages: sorted.slice(0, MAX_MESSAGES).map((finding) => messageOf(finding, byPath.get(finding.path))), limited: sorted.length > MAX_MESSAGES };
}

function messageOf({ severity, path, line, column, rule, text }: Finding, file: SubjectFile | undefined): ValidationMessage {
  const plain = text.toWellFormed().replaceAll("\0", "");
  return {
    severity, path: path.toWellFormed().slice(0, 4_096), line, column, rule: rule?.slice(0, 200) ?? null, text: plain.length > MAX_TEXT ? `${plain.slice(0, MAX_TEXT).toWellFormed()}…` : plain,
    fileId: file?.id ?? null,
    hunkId: file && line !== null ? (hunkAt(file.hunks, line)?.id ?? null) : null,
  };
}

/** The hunk that a line of the checked text lies in: the lines that are accepted move those below. */
export function hunkAt(hunks: readonly Hunk[], line: number): Hunk | undefined {
  let shift = 0;
  return hunks.find((hunk) => {
    if (hunk.kind !== "text") return false;
    let [kept, added] = [0, 0];
    for (let at = 0; at < hunk.baseLines; at += 1) if (decisionAt(hunk, at) !== "accepted") kept += 1;
    for (let at = 0; at < hunk.newLines; at += 1) if (decisionAt(hunk, hunk.baseLines + at) === "accepted") added += 1;
    const start = hunk.baseStart + shift;
    shift += kept + added - hunk.baseLines;
    // Where lines are only removed, what is wrong with that shows on the line that follows.
    return line >= start && line < start + Math.max(kept + added, 1);
  });
}

function errorsIn(stages: readonly ValidationStage[]): number {
  return stages.reduce((sum, { messages }) => sum + messages.filter(({ severity }) => severity === "error").length, 0);
}
