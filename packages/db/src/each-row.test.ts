import { expect, it } from "vitest";
import { eachRow } from "./each-row.ts";
import type { QueryOptions, Stored } from "./repository.ts";

interface Row {
  readonly id: string;
}

/** Ten rows, and a note of the pages that were asked for. */
function tenRows() {
  const pages: (string | null | undefined)[] = [];
  const query = async (_filter: object, { limit = 50, cursor }: QueryOptions<Row> = {}) => {
    pages.push(cursor);
    const start = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(limit, 10 - start) }, (_, index): Stored<Row> => ({ id: String(start + index), etag: "" }));
    return { items, nextCursor: start + limit < 10 ? String(start + limit) : null };
  };
  return { repository: { query }, pages };
}

it("gives every row once, page by page", async () => {
  const { repository, pages } = tenRows();
  const ids: string[] = [];
  for await (const { id } of eachRow(repository, {}, { limit: 4 })) ids.push(id);
  expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
  expect(pages).toEqual([null, "4", "8"]);
});

it("reads no page that nobody takes a row of", async () => {
  const { repository, pages } = tenRows();
  for await (const { id } of eachRow(repository, {}, { limit: 4 })) if (id === "3") break;
  expect(pages).toEqual([null]);
});
