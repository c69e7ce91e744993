"use client";

import type { KeyboardEvent, PointerEvent } from "react";
import { useRef } from "react";
import { cx } from "#lib/cx.ts";
import { Icon } from "../icon.tsx";
import type { Column, Sort } from "./column.ts";
import styles from "./data-table.module.css";

interface HeaderCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | null;
  readonly width: number;
  readonly onSort: ((sort: Sort | null) => void) | undefined;
  readonly onResize: (width: number) => void;
}

/** Narrower than this no word fits: what the column is called is read aloud only. */
const LEAST_FOR_TEXT = 48;

/** Ascending, descending, as it came. */
function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, direction: "ascending" };
  return sort.direction === "ascending" ? { column, direction: "descending" } : null;
}

export function HeaderCell<Row>({ column, sort, width, onSort, onResize }: HeaderCellProps<Row>) {
  const sortable = onSort !== undefined && column.plain !== true && column.unsorted !== true;
  const start = useRef<{ x: number; width: number } | null>(null);
  const direction = sort?.column === column.id ? sort.direction : undefined;
  const grab = (event: PointerEvent<HTMLSpanElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
  };
  const drag = (event: PointerEvent<HTMLSpanElement>) => {
    if (start.current !== null) onResize(start.current.width + event.clientX - start.current.x);
  };
  const step = (event: KeyboardEvent) => {
    if (sortable && !event.altKey) return;
    const by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onResize(width + by);
  };
  return (
    <div role="columnheader" className={cx(styles.headerCell, column.align === "end" && styles.end)} aria-sort={direction ?? (sortable ? "none" : undefined)}>
      {sortable ? (
        <button type="button" className={styles.sortButton} title="Alt with the arrow keys changes the width" onClick={() => onSort(nextSort(sort, column.id))} onKeyDown={step}>
          <span className={styles.headerText}>{column.header}</span>
          {direction ? <Icon name={direction === "ascending" ? "arrow-up" : "arrow-down"} className={styles.sortIcon} /> : null}
        </button>
      ) : (
        <span className={column.plain || width < LEAST_FOR_TEXT ? "visually-hidden" : styles.headerText}>{column.header}</span>
      )}
      {column.grow || column.plain ? null : (
        <span
          className={styles.resizer}
          role="separator"
          aria-orientation="vertical"
          aria-label={`Width of ${column.header}`}
          aria-valuenow={width}
          // A sortable header is a stop already; Alt with the arrows does it there.
          tabIndex={sortable ? undefined : 0}
          aria-hidden={sortable || undefined}
          onPointerDown={grab}
          onPointerMove={drag}
          onPointerUp={() => (start.current = null)}
          onKeyDown={step}
          onDoubleClick={() => onResize(column.width)}
        />
      )}
    </div>
  );
}
