"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { cx } from "#lib/cx.ts";
import { Store, useStore } from "#lib/store.ts";
import { COARSE, useMedia } from "#lib/use-media.ts";
import { Icon } from "#ui/icon.tsx";
import styles from "./tree-list.module.css";

const ROW_HEIGHT = 22;
/** The least that a finger hits. */
const TOUCH_ROW_HEIGHT = 36;
const INDENT = 8;

/** One line of a list with groups: results below their files, changes below their kind. */
export interface TreeRow {
  /** The same for the same thing, whatever stands around it. */
  readonly key: string;
  /** 1 at the top. */
  readonly level: number;
  /** Set on what can be opened and closed. */
  readonly expanded?: boolean;
  /** In words, read aloud after what is seen: what a letter or a number there means. */
  readonly label: string;
  readonly tooltip?: string;
}

const NO_ROW = new Store<string | null>(null);

interface TreeListProps<Row extends TreeRow> {
  readonly label: string;
  readonly rows: readonly Row[];
  /** Of every row, in pixels. Default 22; more where fingers point. */
  readonly rowHeight?: number;
  /** `keepFocus` is false where the reader wants to go on in what is opened. Rows that only hold others are toggled instead. */
  readonly onOpen: (row: Row, keepFocus: boolean) => void;
  readonly onToggle: (row: Row) => void;
  /** The key of the row that was gone to from elsewhere: it is chosen and comes into view. */
  readonly current?: Store<string | null>;
  readonly children: (row: Row) => ReactNode;
}

/** A tree of equal rows, of which only those in view are drawn. One stop for Tab; arrows move as in a file tree. */
export function TreeList<Row extends TreeRow>({ label, rows, rowHeight: asked = ROW_HEIGHT, onOpen, onToggle, current = NO_ROW, children }: TreeListProps<Row>) {
  const id = useId();
  const rowHeight = Math.max(asked, useMedia(COARSE) ? TOUCH_ROW_HEIGHT : 0);
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const found = activeKey === null ? -1 : rows.findIndex(({ key }) => key === activeKey);
  const active = found < 0 ? (rows.length > 0 ? 0 : -1) : found;
  const nested = rows.some(({ level, expanded }) => level > 1 || expanded !== undefined);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12, getItemKey: (index) => rows[index]?.key ?? index });

  const move = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (!row) return;
    setActiveKey(row.key);
    virtual.scrollToIndex(rows.indexOf(row));
  };
  const choose = (row: Row, keepFocus: boolean) => {
    setActiveKey(row.key);
    if (row.expanded === undefined) onOpen(row, keepFocus);
    else onToggle(row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const step = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1 }[event.key];
    if (step !== undefined) move(step);
    else if (event.key === "ArrowRight" && row.expanded === false) onToggle(row);
    else if (event.key === "ArrowRight" && row.expanded === true) move(active + 1);
    else if (event.key === "ArrowLeft" && row.expanded === true) onToggle(row);
    else if (event.key === "ArrowLeft") move(parentOf(rows, active));
    else if (event.key === "Enter") choose(row, false);
    else if (event.key === " ") choose(row, true);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    if (activeKey !== null && found < 0) setActiveKey(null);
  }, [activeKey, found]);
  const goneTo = useStore(current);
  const follow = useRef<(key: string) => void>(() => undefined);
  useEffect(() => {
    follow.current = (key) => {
      const at = rows.findIndex((row) => row.key === key);
      if (at >= 0) move(at);
    };
  });
  // When somebody goes there, and not whenever rows come or go.
  useEffect(() => {
    if (goneTo !== null) follow.current(goneTo);
  }, [goneTo]);

  return (
    <div
      ref={scroller}
      className={styles.list}
      role="tree"
      aria-label={label}
      data-first-focus={rows.length > 0 ? "" : undefined}
      tabIndex={rows.length > 0 ? 0 : -1}
      aria-activedescendant={active < 0 ? undefined : `${id}${active}`}
      onKeyDown={onKeyDown}
    >
      <div className={styles.content} style={{ height: virtual.getTotalSize() }} role="presentation">
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <div
              key={key}
              id={`${id}${index}`}
              className={cx(styles.row, index === active && styles.active)}
              style={{ height: rowHeight, transform: `translateY(${start}px)`, paddingLeft: INDENT + (row.level - 1) * INDENT }}
              role="treeitem"
              tabIndex={-1}
              aria-level={row.level}
              aria-expanded={row.expanded}
              aria-selected={index === active}
              title={row.tooltip ?? row.label}
              onClick={() => choose(row, true)}
              onDoubleClick={() => row.expanded === undefined && choose(row, false)}
            >
              {nested ? (
                <span className={styles.twistie} aria-hidden="true">
                  {row.expanded === undefined ? null : <Icon name={row.expanded ? "chevron-down" : "chevron-right"} />}
                </span>
              ) : null}
              <span className={styles.parts}>{children(row)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The row that a row stands below; itself at the top. */
export function parentOf(rows: readonly TreeRow[], index: number): number {
  const level = rows[index]?.level ?? 1;
  for (let above = index - 1; above >= 0; above -= 1) if ((rows[above]?.level ?? 1) < level) return above;
  return index;
}
