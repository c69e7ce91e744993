import type { ProjectId } from "@coder/api/workspace";
import { eachRow, type IDatabase, type IRepository, type Stored, type UpdateOptions } from "@coder/db";
import { organizationOf, type Caller } from "@coder/shared";
import { indexEntity, type IndexRow } from "../entities.ts";

/** Of the form of segments and tables, and of how text becomes chunks and terms. Another number makes every index anew, with the next run that somebody asks for. */
export const INDEX_FORMAT = 2;

export interface IndexUsage {
  readonly chunks: number;
  readonly bytes: number;
}

/** The index rows of the caller's organization. */
export class IndexRows {
  readonly #deps: { readonly database: IDatabase; readonly now: () => Date };

  constructor(deps: { readonly database: IDatabase; readonly now: () => Date }) {
    this.#deps = deps;
  }

  get(caller: Caller, projectId: ProjectId): Promise<Stored<IndexRow> | null> {
    return this.of(caller).get(projectId);
  }

  update(caller: Caller, projectId: ProjectId, changes: Partial<Omit<IndexRow, "id">>, options?: UpdateOptions<IndexRow>): Promise<Stored<IndexRow>> {
    return this.of(caller).update(projectId, { ...changes, updatedAt: this.#deps.now().toISOString() }, options);
  }

  /** What the organization's indexes take. @param besides a project that is not counted */
  async usage(caller: Caller, besides?: ProjectId): Promise<IndexUsage> {
    let [chunks, bytes] = [0, 0];
    for await (const row of eachRow(this.of(caller), {}, { limit: 1000 })) {
      if (row.id === besides) continue;
      chunks += row.chunks;
      bytes += row.sizeBytes;
    }
    return { chunks, bytes };
  }

  /** The row of a project that was never indexed, before it is stored. */
  blank(caller: Caller, projectId: ProjectId): IndexRow {
    const now = this.#deps.now().toISOString();
    return {
      id: projectId, organizationId: organizationOf(caller), segments: [], counts: { files: 0, chunks: 0, languages: [], skipped: [] }, chunks: 0, sizeBytes: 0, format: INDEX_FORMAT,
      indexedAt: null, tookMs: null, parsedFiles: 0, jobId: null, full: true, requestedAt: null, outcome: "none", problem: null, changedAt: null, endpoint: null, createdAt: now, updatedAt: now,
    };
  }

  of(caller: Caller): IRepository<IndexRow> {
    return this.#deps.database.for(caller).repository(indexEntity);
  }
}
