import type { Hit } from "@coder/api/embeddings";
import { ProjectIndex, type SearchRequest } from "../search/ProjectIndex.ts";
import { search } from "../search/search.ts";
import { Segment } from "../segments/Segment.ts";

export interface SearchInput {
  /** Names the project's index in this version. */
  readonly key: string;
  readonly request: SearchRequest;
  /** Cosine of what an endpoint finds most alike. */
  readonly likeness: number;
}

export interface OpenInput {
  readonly key: string;
  /** The same index in another version, which nobody asks for any more. */
  readonly instead: string | null;
  /** Oldest first. */
  readonly segments: readonly Uint8Array[];
  /** Most bytes of all open indexes. */
  readonly memoryBytes: number;
}

/** What a search thread can be asked. It keeps the indexes that were used last. */
export function searchMethods() {
  /** Least recently used first. */
  const open = new Map<string, ProjectIndex>();
  const size = () => [...open.values()].reduce((sum, index) => sum + index.byteSize, 0);
  return {
    /** Null: the index has to be opened first. */
    search({ key, request, likeness }: SearchInput): { readonly hits: readonly Hit[] } | null {
      const index = open.get(key);
      if (!index) return null;
      open.delete(key);
      open.set(key, index);
      return { hits: search(index, request, likeness) };
    },
    open({ key, instead, segments, memoryBytes }: OpenInput): void {
      if (instead !== null) open.delete(instead);
      open.set(key, new ProjectIndex(segments.map((bytes) => new Segment(bytes))));
      for (const oldest of open.keys()) {
        // The one that was asked for stays, however large it is.
        if (oldest === key || size() <= memoryBytes) break;
        open.delete(oldest);
      }
    },
    close(key: string): void {
      open.delete(key);
    },
  };
}
export type SearchMethods = ReturnType<typeof searchMethods>;
