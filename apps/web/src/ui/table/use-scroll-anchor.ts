"use client";

import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/**
 * Keeps the rows that somebody reads where they are while rows come and go above them. At the very top the newest stay in
 * view; further down they are counted instead, until the reader comes back up.
 */
export function useScrollAnchor(scroller: RefObject<HTMLElement | null>, order: readonly string[], rowHeight: number) {
  const anchor = useRef<{ readonly id: string; readonly index: number; readonly offset: number } | null>(null);
  const [above, setAbove] = useState(0);

  const onScroll = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const index = Math.floor(top / rowHeight);
    const id = order[index];
    anchor.current = top <= 0 || id === undefined ? null : { id, index, offset: top - index * rowHeight };
    if (top <= 0) setAbove(0);
  }, [scroller, order, rowHeight]);

  useLayoutEffect(() => {
    const held = anchor.current;
    const element = scroller.current;
    if (!held || !element) return;
    const index = order.indexOf(held.id);
    if (index < 0 || index === held.index) return;
    anchor.current = { ...held, index };
    element.scrollTo({ top: index * rowHeight + held.offset });
    if (index > held.index) setAbove((count) => count + index - held.index);
  }, [order, rowHeight, scroller]);

  const toTop = useCallback(() => {
    anchor.current = null;
    setAbove(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [scroller]);

  return { onScroll, above, toTop };
}
