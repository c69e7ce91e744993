import { eachRow, unlessConflict, type IDatabase, type IDatabaseScope, type Stored } from "@coder/db";
import type { OrganizationId } from "@coder/shared";
import { ProjectTree, type ProjectDirectories } from "@coder/work-tree";
import { projectEntity, usageEntity, type ProjectRow } from "../entities.ts";
import { measureTree } from "./tree/measure-tree.ts";

export interface UsageCountDeps {
  readonly database: IDatabase;
  readonly directories: ProjectDirectories;
  readonly now: () => Date;
}

/** A change that nobody was there to notice is counted after this time. */
const EVERY_MS = 24 * 60 * 60 * 1_000;

/** Counts what lies on disk, so that the sums follow what programs of a project wrote and what a crash left uncounted. */
export class UsageCount {
  readonly #deps: UsageCountDeps;

  constructor(deps: UsageCountDeps) {
    this.#deps = deps;
  }

  /** Measures the projects whose files changed since they were counted, and each once a day; then adds up every organization. Returns how many were measured. */
  async count(signal: AbortSignal, progress: (done: number, total: number) => Promise<void>): Promise<number> {
    const scope = this.#deps.database.system("retention");
    const rows = scope.repository(projectEntity);
    let measured = 0;
    const total = await rows.count({ status: "ready" });
    let seen = 0;
    for await (const row of eachRow(rows, { status: "ready" })) {
      signal.throwIfAborted();
      if (row.filesChangedAt > row.countedAt || Date.parse(row.countedAt) < this.#deps.now().getTime() - EVERY_MS) {
        await this.#measure(scope, row, signal);
        measured += 1;
      }
      await progress(++seen, total);
    }
    for await (const { id } of eachRow(scope.repository(usageEntity), {})) {
      signal.throwIfAborted();
      await this.#addUp(scope, id);
    }
    return measured;
  }

  async #measure(scope: IDatabaseScope, row: Stored<ProjectRow>, signal: AbortSignal): Promise<void> {
    // What changes while it is counted is counted next time.
    const countedAt = this.#deps.now().toISOString();
    const directory = this.#deps.directories.of(row);
    const tree = await measureTree(new ProjectTree(directory.tree), signal);
    const trash = await measureTree(new ProjectTree(directory.trash), signal);
    const counts = { fileCount: tree.files, sizeBytes: tree.bytes, chargedFiles: tree.files + trash.files, chargedBytes: tree.bytes + trash.bytes };
    await unlessConflict(scope.repository(projectEntity).update(row.id, { ...counts, countedAt }, { where: { status: "ready" } }));
  }

  /** A sum that somebody adds to meanwhile stays as it is until the next count. */
  async #addUp(scope: IDatabaseScope, organizationId: OrganizationId): Promise<void> {
    const usage = scope.repository(usageEntity);
    const present = await usage.get(organizationId);
    if (!present) return;
    const sum = { projects: 0, bytes: 0, files: 0 };
    for await (const { chargedBytes, chargedFiles } of eachRow(scope.repository(projectEntity), { organizationId })) {
      sum.projects += 1;
      sum.bytes += chargedBytes;
      sum.files += chargedFiles;
    }
    await unlessConflict(usage.update(organizationId, { ...sum, countedAt: this.#deps.now().toISOString() }, { etag: present.etag }));
  }
}
