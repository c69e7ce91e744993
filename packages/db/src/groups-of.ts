import { compare } from "./match.ts";
import type { Grouping, RowGroup, StoredRecord } from "./table-driver.ts";

/** Groups rows that are at hand, as a database does it. The largest first. */
export function groupsOf(rows: readonly StoredRecord[], { by, range, limit }: Grouping): readonly RowGroup[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(by.map((field) => row[field])));
  return [...groups.values()]
    .map((group) => ({ key: Object.fromEntries(by.map((field) => [field, group[0]?.[field]])), count: group.length, ...rangeOf(group, range) }))
    .sort((left, right) => right.count - left.count)
    .slice(0, limit);
}

function rangeOf(group: readonly StoredRecord[], fields: readonly string[]): Pick<RowGroup, "smallest" | "largest"> {
  const sorted = fields.map((field) => [field, group.map((row) => row[field]).filter((value) => value !== null).sort(compare)] as const);
  return {
    smallest: Object.fromEntries(sorted.map(([field, values]) => [field, values[0] ?? null])),
    largest: Object.fromEntries(sorted.map(([field, values]) => [field, values.at(-1) ?? null])),
  };
}
