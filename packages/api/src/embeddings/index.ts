export { embeddingsPermissions } from "./permissions.ts";
export { CHUNK_KINDS, INDEX_STATES, IndexSchema, MAX_HITS, MAX_QUERY_BYTES, SearchIndexResultSchema, SIGNALS, SKIP_REASONS, SkipReasonSchema } from "./schemas.ts";
export type {
  ChunkKind, EndpointProbe, Hit, Index, IndexInput, IndexState, SearchIndexInput, SearchIndexResult, Signal, SkipReason, StartedIndex, StartIndexInput,
} from "./schemas.ts";
export type { IEmbeddingsService } from "./service.ts";
