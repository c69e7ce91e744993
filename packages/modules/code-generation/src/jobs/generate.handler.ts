import { createHash } from "node:crypto";
import { unlessConflict } from "@coder/db";
import { isAppError, type Caller } from "@coder/shared";
import type { JobHandler } from "@coder/shared/server";
import type { ChangeProposals } from "../changes/ChangeProposals.ts";
import { checkedInput } from "../engine/checked-input.ts";
import type { MadeFile } from "../engine/snapshot.ts";
import type { RunRow } from "../entities.ts";
import { generationCancelled, generationFailed } from "../errors.ts";
import type { ProjectSources } from "../projects/ProjectSources.ts";
import { problemOf, type Runs } from "../Runs.ts";
import type { Engine } from "../threads/Engine.ts";

export interface GenerateDeps {
  readonly runs: Runs;
  readonly sources: ProjectSources;
  readonly engine: Pick<Engine, "run">;
  readonly proposals: Pick<ChangeProposals, "propose">;
  readonly now: () => Date;
}

const STEPS = 3;

/** Reads the project, makes the files, hands them on as one change set. Run again, it makes the same one. */
export function generateHandler(deps: GenerateDeps): JobHandler<{ generationId: string }> {
  const { runs, sources, engine, proposals, now } = deps;

  /** Somebody may have cancelled it meanwhile: what was noted then stays. */
  const note = (caller: Caller, id: string, changes: Partial<Omit<RunRow, "id">>) =>
    unlessConflict(runs.update(caller, id, changes, { where: { state: { in: ["queued", "running"] } } }));

  return async ({ payload: { generationId: id }, caller, signal, progress, log }) => {
    const row = await runs.of(caller).get(id);
    if (!row || !(await note(caller, id, { state: "running" }))) {
      log.info({}, "Nothing to do: the generation is gone or was cancelled");
      return;
    }
    try {
      await progress(0, STEPS);
      const snapshot = await sources.read(caller, row.projectId, signal);
      await progress(1, STEPS);
      const made = await engine.run("generate", { snapshot, request: checkedInput(row.generator, row.input) }, signal);
      await progress(2, STEPS);
      signal.throwIfAborted();
      const changeSetId = made.files.length === 0 ? null : await proposals.propose(caller, row, made, signal);
      await note(caller, id, {
        state: "succeeded", changeSetId, fileCount: made.files.length, outputHash: hashOf(made.files), notes: [...made.notes], problem: null, finishedAt: now().toISOString(),
      });
      await progress(STEPS, STEPS);
      log.info({ files: made.files.length, changeSetId }, "Generated");
    } catch (error) {
      const stopped = signal.aborted && isAppError(signal.reason) ? signal.reason.code : null;
      // It runs again, here or elsewhere.
      if (stopped === "worker_draining" || stopped === "job_lost") throw signal.reason;
      const finished = { finishedAt: now().toISOString() };
      if (signal.aborted) await note(caller, id, { state: "cancelled", problem: problemOf(generationCancelled()), ...finished });
      else await note(caller, id, isFinal(error) ? { state: "failed", problem: problemOf(isAppError(error) ? error : generationFailed()), ...finished } : { problem: problemOf(isAppError(error) ? error : generationFailed()) });
      throw signal.aborted ? signal.reason : error;
    }
  };
}

/** Kinds that a worker does not try again. */
function isFinal(error: unknown): boolean {
  return isAppError(error) && ["invalid", "forbidden", "unauthenticated", "not_found", "too_large"].includes(error.kind);
}

/** The same files in the same order have the same. */
export function hashOf(files: readonly MadeFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content } of files) hash.update(`${path}\0${Buffer.byteLength(content)}\0`).update(content);
  return hash.digest("hex");
}
