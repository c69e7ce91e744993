"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

/**
 * A piece of state that the URL holds, so that reload and share give the same view. `push` makes a step that Back undoes;
 * otherwise the present entry of the history changes. Asks no server, and shows at once: a field may stand on it.
 */
export function useUrlParam(name: string): readonly [value: string | null, set: (value: string | null, how?: "push" | "replace") => void] {
  // The router's own copy follows in a transition, which is too late for somebody who types; it also tells of links.
  const routed = useSearchParams();
  const value = useSyncExternalStore(
    subscribe,
    () => new URLSearchParams(window.location.search).get(name),
    () => routed.get(name),
  );
  const set = useCallback(
    (next: string | null, how: "push" | "replace" = "replace") => {
      const url = new URL(window.location.href);
      if (next === null || next === "") url.searchParams.delete(name);
      else url.searchParams.set(name, next);
      if (url.href === window.location.href) return;
      if (how === "push") window.history.pushState(null, "", url);
      else window.history.replaceState(null, "", url);
      for (const listener of listeners) listener();
    },
    [name],
  );
  return [value, set];
}
