import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import type { IDatabase, IRepository } from "@coder/db";
import { OrganizationIdSchema, type OrganizationId } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import type { ExecutionConfig } from "../config.ts";
import { checkpointEntity, type CheckpointRow } from "../entities.ts";
import type { CheckpointThread } from "./CheckpointThread.ts";
import { retainOf } from "./retain.ts";
import { settleRestore } from "./settle-restore.ts";

export interface CheckpointRetentionDeps {
  readonly database: IDatabase;
  readonly dataDirectory: string;
  readonly directories: ProjectDirectories;
  readonly thread: CheckpointThread;
  readonly config: ILiveConfig<Pick<ExecutionConfig, "checkpoints">>;
}

interface Store {
  readonly projectId: ProjectId;
  readonly bytes: number;
}

/** Keeps what the checkpoints of each organization take within its limit, over all its projects. */
export class CheckpointRetention {
  readonly #deps: CheckpointRetentionDeps;

  constructor(deps: CheckpointRetentionDeps) {
    this.#deps = deps;
  }

  /** Returns how many bytes were freed. */
  async retain(signal: AbortSignal): Promise<number> {
    let freed = 0;
    for (const name of await namesIn(this.#root())) {
      const organization = OrganizationIdSchema.safeParse(name);
      if (organization.success) freed += await this.#organization(organization.data, signal);
    }
    return freed;
  }

  async #organization(organizationId: OrganizationId, signal: AbortSignal): Promise<number> {
    const stores: Store[] = [];
    for (const name of await namesIn(path.join(this.#root(), organizationId))) {
      const project = ProjectIdSchema.safeParse(name);
      if (project.success) stores.push({ projectId: project.data, bytes: await this.#bytesOf(organizationId, project.data) });
    }
    const before = stores.reduce((sum, { bytes }) => sum + bytes, 0);
    const { organizationBytes } = this.#deps.config.value.checkpoints;
    let left = before;
    // Those that have not been at work for longest give first.
    for (const store of await this.#byAge(stores)) {
      if (left <= organizationBytes) break;
      signal.throwIfAborted();
      left += (await this.#shrink(organizationId, store, Math.max(0, store.bytes - (left - organizationBytes)))) - store.bytes;
    }
    return before - left;
  }

  async #byAge(stores: readonly Store[]): Promise<readonly Store[]> {
    const aged = await Promise.all(
      stores.map(async (store) => {
        const { items: [newest] } = await this.#rows().query({ projectId: store.projectId }, { limit: 1, sort: { field: "createdAt", direction: "desc" } });
        return { store, at: newest?.createdAt ?? "" };
      }),
    );
    return aged.sort((one, other) => (one.at < other.at ? -1 : 1)).map(({ store }) => store);
  }

  /** Returns what is left of it. */
  #shrink(organizationId: OrganizationId, { projectId, bytes }: Store, maxBytes: number): Promise<number> {
    const { tree, staging } = this.#deps.directories.of({ organizationId, id: projectId });
    const places = { tree, staging, store: path.join(this.#root(), organizationId, projectId) };
    return this.#deps.thread.holding(places, async (held) => {
      await settleRestore(held, this.#rows());
      return retainOf(this.#rows(), projectId, held, bytes, { keep: this.#deps.config.value.checkpoints.keep, maxBytes });
    });
  }

  async #bytesOf(organizationId: OrganizationId, projectId: ProjectId): Promise<number> {
    const packs = path.join(this.#root(), organizationId, projectId, "packs");
    const sizes = await Promise.all((await namesIn(packs)).map((name) => stat(path.join(packs, name)).then(({ size }) => size, () => 0)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  #root(): string {
    return path.join(this.#deps.dataDirectory, "checkpoints");
  }

  #rows(): IRepository<CheckpointRow> {
    return this.#deps.database.system("retention").repository(checkpointEntity);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
