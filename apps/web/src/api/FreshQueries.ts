import { type InvalidateOptions, type InvalidateQueryFilters, type Query, QueryClient, type QueryKey } from "@tanstack/react-query";

/**
 * Asks again for what was invalidated while it was asked for the first time. A question that has an answer is broken off and asked anew, one without is left alone (`Query.fetch`
 * in query-core), and its answer takes the mark of the invalidation away: what the server had read before the change would stay, and nothing would ask again.
 */
export class FreshQueries extends QueryClient {
  /** Resolves when all that was invalidated was asked for after this call. */
  override async invalidateQueries<Key extends QueryKey = QueryKey>(filters?: InvalidateQueryFilters<Key>, options?: InvalidateOptions): Promise<void> {
    const refetchType = filters?.refetchType ?? filters?.type ?? "active";
    const firstAsked = this.getQueryCache().findAll(filters).filter(({ state }) => state.data === undefined && state.fetchStatus === "fetching");
    await Promise.all([super.invalidateQueries(filters, options), ...firstAsked.map((query) => this.#afterFirst(query, refetchType, options))]);
  }

  /** The first answer is awaited: broken off by every change, in a storm of them it would never come. Those who wait for the same one ask once for all, without breaking each other off. */
  async #afterFirst(query: Query, refetchType: NonNullable<InvalidateQueryFilters["refetchType"]>, options?: InvalidateOptions): Promise<void> {
    await query.promise?.catch(() => undefined);
    // This very query: one that was removed meanwhile is not asked, and one in its place was asked later than this.
    await super.invalidateQueries({ predicate: (each) => each === query, refetchType }, { ...options, cancelRefetch: false });
  }
}
