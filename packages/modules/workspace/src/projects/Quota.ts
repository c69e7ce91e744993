import type { Usage } from "@coder/api/workspace";
import { unlessConflict, unlessExists, type IDatabase, type IDatabaseScope } from "@coder/db";
import { organizationOf, type Caller, type OrganizationId } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import { quotaOf, retentionOf, type WorkspaceConfig } from "../config.ts";
import { usageEntity } from "../entities.ts";
import { quotaExceeded } from "../errors.ts";

/** What something takes, or gives back. */
export interface Amounts {
  readonly projects?: number;
  readonly bytes?: number;
  readonly files?: number;
}

export interface QuotaDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly now: () => Date;
}

const KINDS = ["projects", "files", "bytes"] as const;
type Kind = (typeof KINDS)[number];

/**
 * What an organization's projects may take. One conditional write decides whether more fits, so that writes of the same moment cannot exceed
 * it together. What a crash leaves uncounted is put right when usage is counted anew.
 */
export class Quota {
  readonly #deps: QuotaDeps;

  constructor(deps: QuotaDeps) {
    this.#deps = deps;
  }

  /** All of it or nothing: `quota_exceeded` names what does not fit. Costs one statement per amount that is not 0; what is negative is given back. */
  async reserve(caller: Caller, amounts: Amounts): Promise<void> {
    const scope = this.#deps.database.for(caller);
    const organizationId = organizationOf(caller);
    const taken: Partial<Record<Kind, number>> = {};
    try {
      for (const kind of KINDS) {
        const by = amounts[kind] ?? 0;
        await this.#add(scope, organizationId, kind, by);
        taken[kind] = by;
      }
    } catch (error) {
      await this.#give(scope, organizationId, taken);
      throw error;
    }
  }

  async release(caller: Caller, amounts: Amounts): Promise<void> {
    await this.#give(this.#deps.database.for(caller), organizationOf(caller), amounts);
  }

  /** The same for work over all tenants, which has decided whose it is. */
  async releaseOf(scope: IDatabaseScope, organizationId: OrganizationId, amounts: Amounts): Promise<void> {
    await this.#give(scope, organizationId, amounts);
  }

  async usage(caller: Caller): Promise<Usage> {
    const organizationId = organizationOf(caller);
    const row = await this.#deps.database.for(caller).repository(usageEntity).get(organizationId);
    const { value } = this.#deps.config;
    const quota = quotaOf(value, organizationId);
    const of = (kind: Kind) => ({ used: row?.[kind] ?? 0, limit: quota[kind] });
    return { projects: of("projects"), bytes: of("bytes"), files: of("files"), retention: retentionOf(value, organizationId) };
  }

  async #give(scope: IDatabaseScope, organizationId: OrganizationId, amounts: Amounts): Promise<void> {
    for (const kind of KINDS) await this.#add(scope, organizationId, kind, -(amounts[kind] ?? 0));
  }

  async #add(scope: IDatabaseScope, organizationId: OrganizationId, kind: Kind, by: number): Promise<void> {
    if (by === 0) return;
    const rows = scope.repository(usageEntity);
    const limit = quotaOf(this.#deps.config.value, organizationId)[kind];
    // What would be less than nothing was not counted: nothing it is, or the next could have more than there is.
    const where = by > 0 ? { [kind]: { lte: limit - by } } : { [kind]: { gte: -by } };
    if (await unlessConflict(rows.increment(organizationId, kind, by, { where }))) return;
    if (by < 0) {
      await unlessConflict(rows.update(organizationId, { [kind]: 0 }, { where: { [kind]: { lt: -by } } }));
      return;
    }
    const countedAt = this.#deps.now().toISOString();
    await unlessExists(rows.insert({ id: organizationId, organizationId, projects: 0, bytes: 0, files: 0, countedAt }));
    if (!(await unlessConflict(rows.increment(organizationId, kind, by, { where })))) throw quotaExceeded(kind, limit);
  }
}
