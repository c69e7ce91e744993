import { z } from "zod";

export const MAX_PAGE_SIZE = 200;

/** Spread into an input schema: `z.object({ ...pageInput, actor: UserIdSchema.optional() })`. */
export const pageInput = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(50).describe("How many items at most"),
  cursor: z.string().max(2000).optional().describe("Continuation token of the page before; absent for the first"),
} as const;

/** One page of a list. `nextCursor` is null on the last page; a cursor is opaque and only good for the same query. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
