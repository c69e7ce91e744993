import type { ProjectId } from "@coder/api/workspace";
import { eachRow, type Filter, type IDatabase, type IRepository } from "@coder/db";
import { organizationOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { SEGMENT_SECTIONS, segmentEntity, segmentPartEntity, type SegmentPartRow, type SegmentRef, type SegmentRow, type SegmentSection } from "../entities.ts";

/** Of one part, before base64. A document of Cosmos DB takes 2 MB. */
const PART_BYTES = 768 * 1024;
/** Parts that are read at once. */
const PARTS_PER_PAGE = 8;

/** The bytes of a new segment. */
export interface NewSegment {
  readonly files: Uint8Array;
  readonly chunks: Uint8Array;
  readonly fileCount: number;
  readonly chunkCount: number;
}

/** Segments as rows: written once, never changed. Which of them count is in the project's index row. */
export class SegmentStore {
  readonly #deps: { readonly database: IDatabase; readonly now: () => Date };

  constructor(deps: { readonly database: IDatabase; readonly now: () => Date }) {
    this.#deps = deps;
  }

  /** Stores a segment of a run. Until its last part is there it is not complete. */
  async write(caller: Caller, projectId: ProjectId, runId: string, segment: NewSegment, signal: AbortSignal): Promise<SegmentRef> {
    const organizationId = organizationOf(caller);
    const id = newId();
    const sizeBytes = segment.files.length + segment.chunks.length;
    const ref = { id, files: segment.fileCount, chunks: segment.chunkCount, sizeBytes };
    await this.#segments(caller).insert({ ...ref, organizationId, projectId, runId, complete: false, createdAt: this.#deps.now().toISOString() });
    for (const section of SEGMENT_SECTIONS) {
      const bytes = segment[section];
      for (let at = 0, ordinal = 0; at < bytes.length; at += PART_BYTES, ordinal++) {
        signal.throwIfAborted();
        const data = Buffer.from(bytes.subarray(at, at + PART_BYTES)).toString("base64");
        await this.#parts(caller).insert({ id: newId(), organizationId, projectId, segmentId: id, section, ordinal, data });
      }
    }
    await this.#segments(caller).update(id, { complete: true });
    return ref;
  }

  /** Null for a segment that is not there any more. */
  async read(caller: Caller, ref: SegmentRef, section: SegmentSection): Promise<Uint8Array<ArrayBuffer> | null> {
    const pieces: Buffer[] = [];
    for await (const { data } of eachRow(this.#parts(caller), { segmentId: ref.id, section }, { sort: { field: "ordinal", direction: "asc" }, limit: PARTS_PER_PAGE })) pieces.push(Buffer.from(data, "base64"));
    return pieces.length === 0 ? null : new Uint8Array(Buffer.concat(pieces));
  }

  /** What a run has stored whole. */
  async ofRun(caller: Caller, projectId: ProjectId, runId: string): Promise<SegmentRef[]> {
    const refs: SegmentRef[] = [];
    for await (const row of eachRow(this.#segments(caller), { projectId, runId, complete: true })) refs.push(refOf(row));
    return refs;
  }

  /** Removes all of a project's segments but those that are named; returns how many went. */
  async retain(caller: Caller, projectId: ProjectId, kept: readonly SegmentRef[]): Promise<number> {
    return this.#remove(caller, { projectId }, kept);
  }

  /** Removes what a run has stored, but for the segments that are named. Another run may be at work by now: its own stay. */
  async removeOf(caller: Caller, projectId: ProjectId, runId: string, kept: readonly SegmentRef[]): Promise<void> {
    await this.#remove(caller, { projectId, runId }, kept);
  }

  async #remove(caller: Caller, which: Filter<SegmentRow>, kept: readonly SegmentRef[]): Promise<number> {
    const ids = new Set(kept.map(({ id }) => id));
    const gone: string[] = [];
    for await (const { id } of eachRow(this.#segments(caller), which)) if (!ids.has(id)) gone.push(id);
    for (const id of gone) {
      await this.#parts(caller).deleteMany({ segmentId: id });
      await this.#segments(caller).delete(id);
    }
    return gone.length;
  }

  #segments(caller: Caller): IRepository<SegmentRow> {
    return this.#deps.database.for(caller).repository(segmentEntity);
  }

  #parts(caller: Caller): IRepository<SegmentPartRow> {
    return this.#deps.database.for(caller).repository(segmentPartEntity);
  }
}

function refOf({ id, files, chunks, sizeBytes }: SegmentRow): SegmentRef {
  return { id, files, chunks, sizeBytes };
}
