import { eachRow, unlessConflict, type IDatabase, type IDatabaseScope, type Stored } from "@coder/db";
import type { ILiveConfig } from "@coder/shared/server";
import { removeLeftovers, type ProjectDirectories } from "@coder/work-tree";
import type { WorkspaceConfig } from "../config.ts";
import { projectEntity, trashEntryEntity, type TrashEntryRow } from "../entities.ts";
import { removeTrashJob } from "../jobs/definitions.ts";
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
    const days = config.value.retention.trashDays;
    if (days === 0) return 0;
    const scope = database.system("retention");
    const before = new Date(now().getTime() - days * DAY_MS).toISOString();
    let purged = 0;
    for await (const row of eachRow(scope.repository(trashEntryEntity), { deletedAt: { lt: before } })) {
      signal.throwIfAborted();
      if (await purgeDeletion(scope, quota, row)) purged += 1;
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
