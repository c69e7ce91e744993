import { checkpointRestoredEvent, CheckpointIdSchema } from "@coder/api/execution";
import { unlessConflict, type IRepository } from "@coder/db";
import type { CheckpointRow } from "../entities.ts";
import type { IHeldCheckpoints } from "./CheckpointThread.ts";
import { changesOf } from "./changes-of.ts";
import type { FinishedRestore } from "./ProjectCheckpoints.ts";

/**
 * Finishes the restore that has begun, by this process or by one that was killed, and writes down how it ended; null where none has. One whose checkpoint was never
 * recorded has changed nothing and is forgotten: nobody could undo it.
 */
export async function settleRestore(held: IHeldCheckpoints, rows: IRepository<CheckpointRow>): Promise<FinishedRestore | null> {
  const pending = await held.pending();
  if (pending === null) return null;
  const row = await rows.get(CheckpointIdSchema.parse(pending));
  const done = row && (await held.finish());
  if (row && done) {
    const changes = changesOf(await held.changes(row.root, done.root));
    const { organizationId, projectId, id: undoId, restoredId } = row;
    const emit = restoredId === null ? [] : [checkpointRestoredEvent.with({ organizationId, projectId, checkpointId: restoredId, undoId })];
    await unlessConflict(rows.update(row.id, { afterRoot: done.root, changes }, { emit }));
  }
  await held.forget();
  return done;
}
