import { eachRow, unlessConflict, type IDatabase, type IDatabaseScope, type Stored } from "@coder/db";
import type { ILiveConfig } from "@coder/shared/server";
import { removeLeftovers, type ProjectDirectories } from "@coder/work-tree";
import type { WorkspaceConfig } from "../config.ts";
import { projectEntity, trashEntryEntity, type TrashEntryRow } from "../entities.ts";
import { removeTrashJob } from "../jobs/definitions.ts";
import { cutoffsOf } from "../projects/cutoffs.ts";
import type { Quota } from "../projects/Quota.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface TrashRetentionDeps {
  readonly database: IDatabase;
  readonly directories: ProjectDirectories;
  readonly quota: Quota;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly now: () => Date;
}

/** What goes by itself from the projects that stay: deleted files after their time, and what processes left that died in the middle of a write. */
export class TrashRetention {
  readonly #deps: TrashRetentionDeps;

  constructor(deps: TrashRetentionDeps) {
    this.#deps = deps;
  }

  /** Returns how many deletions cannot be undone any more. */
  async purgeExpired(signal: AbortSignal): Promise<number> {
    const { database, config, now, quota } = this.#deps;
    const cutoffs = cutoffsOf(config.value, "trashDays", now());
    if (cutoffs.latest === null) return 0;
    const scope = database.system("retention");
    let purged = 0;
    for await (const row of eachRow(scope.repository(trashEntryEntity), { deletedAt: { lt: cutoffs.latest } })) {
      signal.throwIfAborted();
      const before = cutoffs.of(row.organizationId);
      if (before !== null && row.deletedAt < before && await purgeDeletion(scope, quota, row)) purged += 1;
    }
    return purged;
  }

  async removeLeftovers(signal: AbortSignal): Promise<void> {
    const { database, directories, now } = this.#deps;
    const before = new Date(now().getTime() - DAY_MS);
    for await (const row of eachRow(database.system("retention").repository(projectEntity), { status: "ready" })) {
      signal.throwIfAborted();
      await removeLeftovers(directories.of(row).staging, before);
    }
  }
}

/** The row goes at once and leaves the job behind that removes the files, in one write; what they took can be taken by others. False when somebody else was first. */
export async function purgeDeletion(scope: IDatabaseScope, quota: Quota, { id, projectId }: Stored<TrashEntryRow>): Promise<boolean> {
  const row = await scope.repository(trashEntryEntity).delete(id, { enqueue: [removeTrashJob.with({ projectId, trashId: id })] });
  if (!row) return false;
  const projects = scope.repository(projectEntity);
  const { fileCount: files, sizeBytes: bytes } = row;
  // A project that is gone has given everything back already.
  const counted = await unlessConflict(projects.increment(projectId, "chargedFiles", -files));
  if (!counted) return true;
  await unlessConflict(projects.increment(projectId, "chargedBytes", -bytes));
  await quota.releaseOf(scope, row.organizationId, { files, bytes });
  return true;
}
