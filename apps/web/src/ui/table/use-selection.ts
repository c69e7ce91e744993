"use client";

import { useCallback, useMemo, useState } from "react";

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** The row that the keyboard is on. */
  readonly active: string | null;
}

/** What moving to or pointing at a row does: alone, adding, or everything since the last plain choice. */
export type SelectMode = "only" | "toggle" | "range" | "move";

interface State extends Selection {
  readonly anchor: string | null;
}

const NOTHING: State = { ids: new Set(), active: null, anchor: null };

/** The next state after choosing `id` among `order`. Pure, so that the rules can be tested. */
export function choose(state: State, order: readonly string[], id: string, mode: SelectMode): State {
  switch (mode) {
    case "move":
      return { ...state, active: id };
    case "only":
      return { ids: new Set([id]), active: id, anchor: id };
    case "toggle": {
      const ids = new Set(state.ids);
      if (!ids.delete(id)) ids.add(id);
      return { ids, active: id, anchor: id };
    }
    case "range": {
      const from = order.indexOf(state.anchor ?? state.active ?? id);
      const to = order.indexOf(id);
      const [low, high] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
      return { ids: new Set(order.slice(low, high + 1)), active: id, anchor: state.anchor ?? state.active ?? id };
    }
  }
}

/** Selection by id, so that rows may come and go and change places under it. */
export function useSelection(order: readonly string[]) {
  const [state, setState] = useState<State>(NOTHING);
  const select = useCallback((id: string, mode: SelectMode) => setState((now) => choose(now, order, id, mode)), [order]);
  const selectAll = useCallback(() => setState((now) => ({ ...now, ids: new Set(order) })), [order]);
  const clear = useCallback(() => setState((now) => ({ ...now, ids: NOTHING.ids, anchor: null })), []);
  // Rows that are gone are not selected any more, however the data changed.
  const present = useMemo(() => {
    const known = new Set(order);
    return { ids: new Set([...state.ids].filter((id) => known.has(id))), active: state.active !== null && known.has(state.active) ? state.active : null };
  }, [state, order]);
  return { ...present, select, selectAll, clear };
}
