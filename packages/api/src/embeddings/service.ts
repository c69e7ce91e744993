import type { Caller, Done } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type { EndpointProbe, Index, IndexInput, SearchIndexInput, SearchIndexResult, StartedIndex, StartIndexInput } from "./schemas.ts";

/** `project_not_found` (404) for another organization's too. */
export interface IEmbeddingsService {
  /** Answers with the run under way where there is one. `project_not_ready` (409) before the import has ended; `quota_exceeded` (409) where nothing more fits. */
  startIndex(caller: Caller, input: StartIndexInput): Promise<StartedIndex>;
  /** In state `none` for a project that was never indexed. */
  getIndex(caller: Caller, input: IndexInput): Promise<Index>;
  /** Cancels the run under way. Repeating it is harmless. */
  deleteIndex(caller: Caller, input: IndexInput): Promise<Done>;
  /** `not_indexed` (409) while there is nothing to search. An endpoint that fails is told of in `problem`, and the answer is given without it. */
  search(caller: Caller, input: SearchIndexInput, signal: AbortSignal): Promise<SearchIndexResult>;
  /** A failure of the endpoint is an answer and no error. */
  probeEndpoint(caller: Caller, signal: AbortSignal): Promise<EndpointProbe>;
}

export const embeddingsRef = serviceRef<IEmbeddingsService>("embeddings");
