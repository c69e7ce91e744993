import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ProjectIdSchema, projectPurgedEvent } from "@coder/api/workspace";
import { eachRow, unlessConflict, type IDatabase } from "@coder/db";
import { OrganizationIdSchema } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import type { WorkspaceConfig } from "../config.ts";
import { projectEntity } from "../entities.ts";
import { removeProjectJob } from "../jobs/definitions.ts";
import { cutoffsOf } from "./cutoffs.ts";
import type { Quota } from "./Quota.ts";
import { removeTree } from "./tree/remove-tree.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** An upload has its directory before it has its row. */
const ORPHAN_AFTER_MS = DAY_MS;

/** What goes by itself: projects that were in the trash for their time, and directories that a crash has left without a project. */
export class Retention {
  readonly #deps: { readonly database: IDatabase; readonly directories: ProjectDirectories; readonly quota: Quota; readonly config: ILiveConfig<WorkspaceConfig>; readonly now: () => Date };

  constructor(deps: { readonly database: IDatabase; readonly directories: ProjectDirectories; readonly quota: Quota; readonly config: ILiveConfig<WorkspaceConfig>; readonly now: () => Date }) {
    this.#deps = deps;
  }

  /** Each leaves the same effects behind as if somebody had removed it. Returns how many went. */
  async purgeExpired(signal: AbortSignal): Promise<number> {
    const { database, quota, config, now } = this.#deps;
    const cutoffs = cutoffsOf(config.value, "deletedProjectDays", now());
    if (cutoffs.latest === null) return 0;
    const scope = database.system("retention");
    const rows = scope.repository(projectEntity);
    let purged = 0;
    for await (const { id, organizationId, deletedAt } of eachRow(rows, { status: "deleted", deletedAt: { lt: cutoffs.latest } })) {
      signal.throwIfAborted();
      const before = cutoffs.of(organizationId);
      if (before === null || deletedAt === null || deletedAt >= before) continue;
      const effects = { emit: [projectPurgedEvent.with({ organizationId, projectId: id })], enqueue: [removeProjectJob.with({ projectId: id })] };
      const row = await unlessConflict(rows.delete(id, { where: { status: "deleted", deletedAt: { lt: before } }, ...effects }));
      if (!row) continue;
      await quota.releaseOf(scope, organizationId, { projects: 1, bytes: row.chargedBytes, files: row.chargedFiles });
      purged += 1;
    }
    return purged;
  }

  /** Returns how many directories were removed. */
  async removeOrphans(signal: AbortSignal): Promise<number> {
    const rows = this.#deps.database.system("retention").repository(projectEntity);
    let removed = 0;
    for await (const { id, directory } of this.#directories()) {
      signal.throwIfAborted();
      if (await rows.get(id)) continue;
      await removeTree(directory, signal);
      removed += 1;
    }
    return removed;
  }

  /** The old ones, by organization and project. What is named otherwise is nobody's business here. */
  async *#directories() {
    const { directories, now } = this.#deps;
    const before = now().getTime() - ORPHAN_AFTER_MS;
    for (const organization of await namesIn(directories.root)) {
      const organizationId = OrganizationIdSchema.safeParse(organization).data;
      if (organizationId === undefined) continue;
      for (const project of await namesIn(path.join(directories.root, organization))) {
        const id = ProjectIdSchema.safeParse(project).data;
        if (id === undefined) continue;
        const directory = directories.of({ organizationId, id }).root;
        const stats = await stat(directory).catch(() => null);
        if (stats?.isDirectory() && stats.mtimeMs < before) yield { id, directory };
      }
    }
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}
