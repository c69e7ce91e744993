import { describe, expect, it } from "vitest";
import { type Column, rowsAsText, sortRows } from "./column.ts";

interface Row {
  readonly name: string;
  readonly size: number;
}
const COLUMNS: readonly Column<Row>[] = [
  { id: "name", header: "Name", width: 100, text: ({ name }) => name, cell: ({ name }) => name },
  { id: "size", header: "Size", width: 100, text: ({ size }) => `${size} kB`, sortBy: ({ size }) => size, cell: ({ size }) => size },
  { id: "actions", header: "Actions", width: 40, plain: true, text: () => "", cell: () => null },
];
const ROWS: readonly Row[] = [
  { name: "part 10", size: 3 },
  { name: "Part 9", size: 20 },
  { name: "part 9", size: 100 },
];

describe("rows of a table", () => {
  it("sort as people count, and equal ones keep their order", () => {
    expect(sortRows(ROWS, COLUMNS, { column: "name", direction: "ascending" }).map(({ size }) => size)).toEqual([20, 100, 3]);
  });

  it("sort numbers as numbers", () => {
    expect(sortRows(ROWS, COLUMNS, { column: "size", direction: "descending" }).map(({ size }) => size)).toEqual([100, 20, 3]);
  });

  it("copy as lines under their headers, one cell per tab, without the buttons", () => {
    expect(rowsAsText([{ name: "two\nlines\tand a tab", size: 1 }], COLUMNS)).toBe("Name\tSize\ntwo lines and a tab\t1 kB");
  });
});
