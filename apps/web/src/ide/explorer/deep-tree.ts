import { type RefObject, useEffect, useMemo } from "react";
import type { Row } from "./tree-rows.ts";

/** Pixels beside its indentation that a name is given at least. */
export const NAME = 100;
/** Of a view that is scrolled to the side, how much of the indentation stays in view before a name. */
const BEFORE = 24;

/** How far to the side a view of this width is scrolled so that a name with this indentation can be read: no further than it must be. */
export function sidewaysTo(indent: number, scrolled: number, width: number): number {
  const least = Math.max(0, indent + NAME - width);
  const most = Math.max(0, indent - BEFORE);
  return Math.min(Math.max(scrolled, least), most);
}

interface DeepTreeOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: readonly Row[];
  /** Of the rows in view. */
  readonly shown: readonly Row[];
  /** The row that the keyboard is at, where it is in view. */
  readonly active: Row | undefined;
  readonly indent: number;
}

/** Lets a tree that is deeper than its view is wide be read: it is as wide as its deepest name needs, and is scrolled to the side by itself as somebody moves in it. Returns that width. */
export function useDeepTree({ scroller, rows, shown, active, indent }: DeepTreeOptions): number {
  const deepest = useMemo(() => rows.reduce((depth, row) => Math.max(depth, row.depth), 0), [rows]);
  const shallowest = shown.reduce((depth, row) => Math.min(depth, row.depth), Number.POSITIVE_INFINITY);
  const activeDepth = active?.depth ?? null;
  // Moving down or up brings other depths into view; the row that the keyboard is at has the last word.
  useEffect(() => {
    const view = scroller.current;
    if (view && Number.isFinite(shallowest)) view.scrollTo({ left: sidewaysTo(shallowest * indent, view.scrollLeft, view.clientWidth) });
  }, [scroller, shallowest, indent]);
  useEffect(() => {
    const view = scroller.current;
    if (view && activeDepth !== null) view.scrollTo({ left: sidewaysTo(activeDepth * indent, view.scrollLeft, view.clientWidth) });
  }, [scroller, activeDepth, shallowest, indent]);
  return deepest * indent + NAME;
}
