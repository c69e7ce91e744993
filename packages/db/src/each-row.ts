import type { Page } from "@coder/shared";
import type { Filter, IRepository, QueryOptions, Stored } from "./repository.ts";

const PAGE = 500;

/** Every row that meets the filter, read page by page as they are taken: for work over all rows, not for answers to people. `limit` is the size of a page. */
export async function* eachRow<Row extends { readonly id: string }>(
  repository: Pick<IRepository<Row>, "query">,
  filter: Filter<Row>,
  options: Omit<QueryOptions<Row>, "cursor"> = {},
): AsyncGenerator<Stored<Row>, void, void> {
  let cursor: string | null = null;
  do {
    const page: Page<Stored<Row>> = await repository.query(filter, { limit: PAGE, ...options, cursor });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
