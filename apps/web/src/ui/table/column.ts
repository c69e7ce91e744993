import type { ReactNode } from "react";
import { compareNames } from "#lib/compare-names.ts";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** In pixels, until somebody drags it. One column of a table takes the room that is left: `grow`. */
  readonly width: number;
  readonly minWidth?: number;
  /** Its width where the whole table is narrow, as on a phone. */
  readonly narrow?: number;
  readonly grow?: true;
  readonly align?: "end";
  /** Shown only where the table is at least this wide. */
  readonly from?: number;
  /** `focusable` only in the row that the keyboard is on: controls of the others stay out of the tab order. */
  readonly cell: (row: Row, focusable: boolean) => ReactNode;
  /** The cell as plain text: for copying, and for sorting unless `sortBy` is given. */
  readonly text: (row: Row) => string;
  readonly sortBy?: (row: Row) => string | number;
  /** Not sorted by: what is there is only a part, and whoever sends it cannot sort by this. */
  readonly unsorted?: true;
  /** A column of buttons: not sorted, not resized, not copied, its header only read aloud. */
  readonly plain?: true;
}

export interface Sort {
  readonly column: string;
  readonly direction: "ascending" | "descending";
}

/** Rows in the order of a column; equal ones keep the order they had. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): readonly Row[] {
  const column = columns.find((candidate) => candidate.id === sort?.column);
  if (!column || sort === null) return rows;
  const key = column.sortBy ?? column.text;
  const sign = sort.direction === "ascending" ? 1 : -1;
  return [...rows].sort((a, b) => sign * compare(key(a), key(b)));
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : compareNames(String(a), String(b));
}

/** Rows as tab-separated lines under their headers: pastes into a spreadsheet and reads in a message. */
export function rowsAsText<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const clean = (text: string) => text.replace(/[\t\r\n]+/g, " ");
  const copied = columns.filter(({ plain }) => plain !== true);
  const header = copied.map((column) => column.header).join("\t");
  return [header, ...rows.map((row) => copied.map((column) => clean(column.text(row))).join("\t"))].join("\n");
}
