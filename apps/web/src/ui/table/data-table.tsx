"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { copyText } from "#lib/clipboard.ts";
import { cx } from "#lib/cx.ts";
import { count } from "#lib/time.ts";
import { Button } from "../button.tsx";
import { toast } from "../toast.tsx";
import { useHeldFocus } from "../use-held-focus.ts";
import { type Column, rowsAsText, type Sort, sortRows } from "./column.ts";
import styles from "./data-table.module.css";
import { HeaderCell } from "./header-cell.tsx";
import { useColumns } from "./use-columns.ts";
import { useScrollAnchor } from "./use-scroll-anchor.ts";
import { type SelectMode, useSelection } from "./use-selection.ts";

export interface DataTableProps<Row> {
  /** What the rows are, in the plural: "Members". */
  readonly label: string;
  /** Under which widths are remembered. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  readonly columns: readonly Column<Row>[];
  readonly rowHeight?: number;
  readonly sort?: Sort | null;
  readonly onSort?: (sort: Sort | null) => void;
  /** The row whose details are open. */
  readonly openId?: string | null;
  readonly onOpen?: (row: Row) => void;
  readonly onClose?: () => void;
  /** Told which rows are chosen, whenever that changes. */
  readonly onSelect?: (ids: ReadonlySet<string>) => void;
  /** What can be done with several rows at once, besides copying. */
  readonly bulk?: (rows: readonly Row[], clear: () => void) => ReactNode;
  /** Called when the end comes into view and there may be more. */
  readonly onEnd?: (() => void) | undefined;
  /** Below the last row: what is still loading, or how many there are. */
  readonly footer?: ReactNode;
}

const OVERSCAN = 12;

/**
 * A virtual table that works by keyboard: arrows move, Shift extends, Space adds, Enter opens, Ctrl+A takes all, Ctrl+C copies
 * the chosen rows as text. Focus stays on the table itself, so rows that come, go or change never take it away.
 */
export function DataTable<Row>({ label, name, rows, rowId, columns, rowHeight = 28, sort = null, onSort, openId = null, onOpen, onClose, onSelect, bulk, onEnd, footer }: DataTableProps<Row>) {
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const [available, setAvailable] = useState(0);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  const order = useMemo(() => sorted.map(rowId), [sorted, rowId]);
  const selection = useSelection(order);
  const { visible, template, widthOf, resize } = useColumns(name, columns, available);
  const active = selection.active ?? openId;
  const { onScroll, above, toTop } = useScrollAnchor(scroller, order, rowHeight);
  useHeldFocus(frame, () => scroller.current);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setAvailable(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const chosenIds = [...selection.ids].sort().join("\n");
  const told = useRef({ onSelect, ids: selection.ids });
  told.current = { onSelect, ids: selection.ids };
  useEffect(() => told.current.onSelect?.(told.current.ids), [chosenIds]);

  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => order[index] ?? index,
    overscan: OVERSCAN,
    scrollPaddingStart: rowHeight,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && lastShown >= sorted.length - 1 - OVERSCAN) onEnd();
  }, [onEnd, lastShown, sorted.length]);

  const moveTo = (index: number, extend: boolean) => {
    const id = order[Math.max(0, Math.min(index, order.length - 1))];
    if (id === undefined) return;
    selection.select(id, extend ? "range" : "only");
    virtualizer.scrollToIndex(order.indexOf(id));
    // With details open, moving in the list moves the details along.
    const row = sorted[order.indexOf(id)];
    if (openId !== null && !extend && row !== undefined) onOpen?.(row);
  };

  const chosen = () => sorted.filter((row) => selection.ids.has(rowId(row)));
  const copy = async () => {
    const list = chosen();
    const text = rowsAsText(list.length > 0 ? list : sorted.filter((row) => rowId(row) === active), columns);
    await copyText(text);
    const copied = Math.max(1, list.length);
    toast({ title: `${count(copied)} ${copied === 1 ? "row" : "rows"} copied as text` });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    const at = active === null ? -1 : order.indexOf(active);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const command = event.ctrlKey || event.metaKey;
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: order.length - 1 };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      return moveTo(target, event.shiftKey);
    }
    if (event.key === "Enter" && !command && at >= 0) {
      const row = sorted[at];
      if (row !== undefined && onOpen) {
        event.preventDefault();
        onOpen(row);
      }
    } else if (event.key === " " && active !== null) {
      event.preventDefault();
      selection.select(active, "toggle");
    } else if (command && event.key.toLowerCase() === "a") {
      event.preventDefault();
      selection.selectAll();
    } else if (command && event.key.toLowerCase() === "c" && window.getSelection()?.isCollapsed !== false) {
      event.preventDefault();
      void copy();
    } else if (event.key === "Escape" && (selection.ids.size > 1 || openId !== null)) {
      event.preventDefault();
      if (selection.ids.size > 1) selection.clear();
      else onClose?.();
    }
  };

  const onRowClick = (event: MouseEvent, row: Row) => {
    // Menus opened from a row stand elsewhere in the page, and yet their clicks arrive here.
    if (!(event.target instanceof Element) || !event.currentTarget.contains(event.target)) return;
    if (event.target.closest("button, a, input, select")) return;
    // Marking text inside a row is not choosing it.
    if (window.getSelection()?.isCollapsed === false) return;
    const mode: SelectMode = event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "only";
    selection.select(rowId(row), mode);
    if (mode === "only") onOpen?.(row);
  };

  // Another order is another list: it is read from its start.
  const sortBy = onSort && ((next: Sort | null) => {
    toTop();
    onSort(next);
  });
  const rowElementId = (id: string) => `${prefix}${id}`;
  const activeShown = active !== null && items.some((item) => order[item.index] === active);

  return (
    <div ref={frame} className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        aria-colcount={visible.length}
        aria-multiselectable="true"
        aria-activedescendant={activeShown && active !== null ? rowElementId(active) : undefined}
        onKeyDown={onKeyDown}
        onScroll={onScroll}
        onFocus={(event) => {
          const first = order[0];
          if (event.target === event.currentTarget && active === null && first !== undefined) selection.select(first, "move");
        }}
      >
        <div className={styles.header} role="rowgroup">
          <div className={styles.row} role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            {visible.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} width={widthOf(column)} onSort={sortBy} onResize={(width) => resize(column, width)} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = sorted[item.index];
            if (row === undefined) return null;
            const id = rowId(row);
            return (
              <div
                key={item.key}
                id={rowElementId(id)}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={selection.ids.has(id)}
                className={cx(styles.row, styles.bodyRow, id === active && styles.active, id === openId && styles.open)}
                style={{ gridTemplateColumns: template, height: rowHeight, transform: `translateY(${item.start}px)` }}
                onClick={(event) => onRowClick(event, row)}
              >
                {visible.map((column) => (
                  <div key={column.id} role="gridcell" className={cx(styles.cell, column.align === "end" && styles.end)}>
                    {column.cell(row, id === active)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {above > 0 ? (
        <div className={styles.above}>
          <Button icon="arrow-up" onClick={toTop}>
            {count(above)} new above
          </Button>
        </div>
      ) : null}
      {selection.ids.size > 1 ? (
        <div className={styles.bulk} role="toolbar" aria-label={`${label}: with the chosen rows`}>
          <span className={styles.bulkCount}>{count(selection.ids.size)} selected</span>
          <Button variant="quiet" icon="copy" onClick={() => void copy()}>
            Copy as text
          </Button>
          {bulk?.(chosen(), selection.clear)}
          <Button variant="quiet" icon="close" onClick={selection.clear}>
            Clear
          </Button>
        </div>
      ) : footer === undefined ? null : (
        <div className={styles.footer}>{footer}</div>
      )}
    </div>
  );
}
