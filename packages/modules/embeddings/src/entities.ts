import { SkipReasonSchema } from "@coder/api/embeddings";
import { ProjectIdSchema, ProjectProblemSchema } from "@coder/api/workspace";
import { defineEntity, VECTOR_TABLE, type RowOf } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";

const SegmentRefSchema = z.object({ id: z.uuid(), files: z.int(), chunks: z.int(), sizeBytes: z.int() });
export type SegmentRef = z.output<typeof SegmentRefSchema>;

/** What the files of an index come to. */
export const IndexCountsSchema = z.object({
  files: z.int(),
  chunks: z.int(),
  languages: z.array(z.object({ language: z.string(), files: z.int(), chunks: z.int() })),
  skipped: z.array(z.object({ reason: SkipReasonSchema, count: z.int() })),
});
export type IndexCounts = z.output<typeof IndexCountsSchema>;

/** One row per project that was ever indexed; its id is the project's. */
export const indexEntity = defineEntity({
  table: "embeddings_indexes",
  noun: "index",
  model: "EmbeddingsIndex",
  schema: z.object({
    id: ProjectIdSchema,
    organizationId: OrganizationIdSchema,
    /** All there is to search, oldest first: of each file the newest segment that names it counts. Changed in one write, by the run that made them. */
    segments: z.array(SegmentRefSchema),
    counts: IndexCountsSchema,
    /** Chunks that count, and bytes of segments and vectors: what the quota is about. */
    chunks: z.int(),
    sizeBytes: z.int(),
    /** How it was made; another number means another form, and all is made anew. */
    format: z.int(),
    indexedAt: IsoTimeSchema.nullable(),
    tookMs: z.int().nullable(),
    parsedFiles: z.int(),
    /** The run under way, or the one that ended early. */
    jobId: z.uuid().nullable(),
    /** Whether that run reads every file. */
    full: z.boolean(),
    requestedAt: IsoTimeSchema.nullable(),
    /** How the last run ended that did: what is told when no run is under way. */
    outcome: z.enum(["none", "ready", "failed", "cancelled"]),
    /** Why it failed, or what the endpoint did not do in it. */
    problem: ProjectProblemSchema.nullable(),
    /** When the project last told that its files changed. */
    changedAt: IsoTimeSchema.nullable(),
    /** Where the vectors are. `chunks`: how many there are. `complete`: whether those are all. */
    endpoint: z.object({ collection: z.string(), model: z.string(), dimensions: z.int(), chunks: z.int(), complete: z.boolean() }).nullable(),
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  indexes: [["organizationId"]],
});
export type IndexRow = RowOf<typeof indexEntity>;

/** A segment, from the moment a run begins to store it. It counts when its project's index names it. */
export const segmentEntity = defineEntity({
  table: "embeddings_segments",
  model: "EmbeddingsSegment",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    projectId: ProjectIdSchema,
    /** The run that made it. */
    runId: z.uuid(),
    files: z.int(),
    chunks: z.int(),
    sizeBytes: z.int(),
    /** Whether all its parts are stored. */
    complete: z.boolean(),
    createdAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  indexes: [["organizationId", "projectId"]],
});
export type SegmentRow = RowOf<typeof segmentEntity>;

/** `files`: which files, in which state. `chunks`: what is searched. A run that changes little reads the first alone. */
export const SEGMENT_SECTIONS = ["files", "chunks"] as const;
export type SegmentSection = (typeof SEGMENT_SECTIONS)[number];

/** A piece of a segment's bytes, in base64: small enough for any store. */
export const segmentPartEntity = defineEntity({
  table: "embeddings_segment_parts",
  model: "EmbeddingsSegmentPart",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    projectId: ProjectIdSchema,
    segmentId: z.uuid(),
    section: z.enum(SEGMENT_SECTIONS),
    ordinal: z.int(),
    data: z.string(),
  }),
  tenancy: "organization",
  unique: [["segmentId", "section", "ordinal"]],
  indexes: [["organizationId", "projectId"]],
});
export type SegmentPartRow = RowOf<typeof segmentPartEntity>;

/** Vectors of chunks, by project, model and what is in the chunk. */
export const vectorEntity = defineEntity({ table: "embeddings_vectors", model: "EmbeddingsVector", ...VECTOR_TABLE });
