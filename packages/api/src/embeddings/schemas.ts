import { IsoTimeSchema } from "@coder/shared";
import { z } from "zod";
import { pathFault, ProjectIdSchema, ProjectJobSchema, ProjectPathSchema, ProjectProblemSchema } from "../workspace/index.ts";

/** What a chunk is. `text`: lines of a file that is not cut along its syntax, or what stands between declarations. */
export const CHUNK_KINDS = ["function", "method", "class", "interface", "type", "enum", "module", "variable", "text"] as const;
export const ChunkKindSchema = z.enum(CHUNK_KINDS);
export type ChunkKind = z.output<typeof ChunkKindSchema>;

/** Why a file is not in an index. */
export const SKIP_REASONS = ["binary", "empty", "generated", "minified", "too_large", "unreadable"] as const;
export const SkipReasonSchema = z.enum(SKIP_REASONS);
export type SkipReason = z.output<typeof SkipReasonSchema>;

/** What gave a hit its place. `spelling`: letters of its name. `related words`: what code here says where documentation says the query's words. */
export const SIGNALS = ["name", "documentation", "body", "spelling", "related words", "endpoint"] as const;
export const SignalSchema = z.enum(SIGNALS);
export type Signal = z.output<typeof SignalSchema>;

/**
 * `none`: never indexed. `queued`, `running`: a run is under way, see `job`; what was indexed before can be searched meanwhile. `ready`: all there.
 * `failed`, `cancelled`: the last run ended early; what was indexed before is still there.
 */
export const INDEX_STATES = ["none", "queued", "running", "ready", "failed", "cancelled"] as const;
export const IndexStateSchema = z.enum(INDEX_STATES);
export type IndexState = z.output<typeof IndexStateSchema>;

const CountSchema = z.int().min(0);
const AllowanceSchema = z.object({ used: CountSchema, limit: CountSchema });

export const IndexSchema = z.object({
  projectId: ProjectIdSchema,
  state: IndexStateSchema,
  /** The run under way; also the last one, where it failed or was cancelled. */
  job: ProjectJobSchema.nullable(),
  /** Files of the run under way, as last told. */
  progress: z.object({ done: CountSchema, total: CountSchema }).nullable(),
  /** Files that can be found; skipped ones are not among them. */
  files: CountSchema,
  chunks: CountSchema,
  languages: z.array(z.object({ language: z.string(), files: CountSchema, chunks: CountSchema })),
  skipped: z.array(z.object({ reason: SkipReasonSchema, count: CountSchema })),
  /** What the index takes. */
  sizeBytes: CountSchema,
  /** When the files were as the index says. */
  indexedAt: IsoTimeSchema.nullable(),
  /** How long the last run took that ended well. */
  tookMs: CountSchema.nullable(),
  /** How many files that run had to parse: none when nothing changed. */
  parsedFiles: CountSchema,
  /** Why the last run failed, or what the endpoint did not do in it. */
  problem: ProjectProblemSchema.nullable(),
  /** The embeddings that take part in searches; null without an endpoint. */
  endpoint: z.object({ model: z.string(), dimensions: CountSchema, chunks: CountSchema }).nullable(),
  /** Of the organization. */
  usage: z.object({ chunks: AllowanceSchema, bytes: AllowanceSchema }),
});
export type Index = z.output<typeof IndexSchema>;

export const IndexInputSchema = z.object({ projectId: ProjectIdSchema });
export type IndexInput = z.output<typeof IndexInputSchema>;

export const StartIndexInputSchema = z.object({
  projectId: ProjectIdSchema,
  full: z.boolean().default(false).describe("Read and parse every file anew, instead of those that changed"),
});
export type StartIndexInput = z.output<typeof StartIndexInputSchema>;

export const StartedIndexSchema = z.object({ job: ProjectJobSchema });
export type StartedIndex = z.output<typeof StartedIndexSchema>;

/** In bytes of UTF-8. */
export const MAX_QUERY_BYTES = 8 * 1024;
export const MAX_HITS = 200;

/** A path, or a folder with the slash behind it. */
const PathPrefixSchema = z
  .string()
  .max(4_096)
  .superRefine((prefix, context) => {
    const fault = pathFault(prefix.replace(/\/$/, ""));
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
  });

export const SearchIndexInputSchema = z.object({
  projectId: ProjectIdSchema,
  query: z
    .string()
    .max(MAX_QUERY_BYTES)
    .refine((text) => text.trim() !== "", "must not be empty")
    .refine((text) => new TextEncoder().encode(text).length <= MAX_QUERY_BYTES, `must not be longer than ${MAX_QUERY_BYTES} bytes`)
    .describe("Words, a sentence, or a piece of code"),
  pathPrefix: PathPrefixSchema.optional().describe("Beginning of the path: `src/` for a folder, or part of a name"),
  languages: z.array(z.string().min(1).max(40)).min(1).max(50).optional(),
  limit: z.int().min(1).max(MAX_HITS).default(20),
});
export type SearchIndexInput = z.output<typeof SearchIndexInputSchema>;

export const HitSchema = z.object({
  path: ProjectPathSchema,
  /** Qualified name: `Cart.total`. Null for what has no name. */
  symbol: z.string().nullable(),
  kind: ChunkKindSchema,
  language: z.string(),
  /** From 1. */
  startLine: z.int().min(1),
  endLine: z.int().min(1),
  /** The first lines, as they were when the file was indexed. */
  preview: z.string(),
  /** How likely this is what was meant, 0–1; never higher than that of the hit before. Below 0.15 it is a guess. */
  score: z.number().min(0).max(1),
  reason: z.object({
    summary: z.string(),
    /** Strongest first; their weights add up to 1. `terms`: the query's words that gave it, except for `related words`. */
    parts: z.array(z.object({ signal: SignalSchema, weight: z.number().min(0).max(1), terms: z.array(z.string()) })),
  }),
});
export type Hit = z.output<typeof HitSchema>;

export const SearchIndexResultSchema = z.object({
  /** Best first; the same for the same index and query. */
  hits: z.array(HitSchema),
  index: z.object({
    state: IndexStateSchema,
    indexedAt: IsoTimeSchema.nullable(),
    /** Files have changed since. */
    stale: z.boolean(),
  }),
  ranking: z.enum(["builtin", "builtin+endpoint"]),
  /** Why the endpoint took no part although one is set. */
  problem: ProjectProblemSchema.nullable(),
  tookMs: CountSchema,
});
export type SearchIndexResult = z.output<typeof SearchIndexResultSchema>;

/** What asking the endpoint for one embedding showed. */
export const EndpointProbeSchema = z.object({
  configured: z.boolean(),
  works: z.boolean(),
  url: z.string().nullable(),
  model: z.string().nullable(),
  dimensions: CountSchema.nullable(),
  tookMs: CountSchema.nullable(),
  problem: ProjectProblemSchema.nullable(),
});
export type EndpointProbe = z.output<typeof EndpointProbeSchema>;
