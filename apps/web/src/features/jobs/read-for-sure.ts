import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** Reads anew what is shown of a key until that worked, and says when the reading that worked began: it has seen what was told before. */
export async function readForSure(queries: QueryClient, queryKey: QueryKey, pauseMs: number): Promise<number> {
  for (;;) {
    const began = Date.now();
    await queries.invalidateQueries({ queryKey });
    // Still to be read where it failed or waits for the connection; where a next page was asked for meanwhile, that broke the reading off.
    const unread = queries.getQueryCache().findAll({ queryKey, type: "active", predicate: ({ state }) => state.isInvalidated || state.fetchMeta?.fetchMore !== undefined });
    if (unread.length === 0) return began;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
