"use client";

import { useSyncExternalStore } from "react";

let zone: string | undefined;
const listeners = new Set<() => void>();

/** The zone the person chose; undefined follows the browser. */
export function setTimeZone(next: string | undefined): void {
  if (next === zone) return;
  zone = next;
  for (const listener of listeners) listener();
}

export function getTimeZone(): string | undefined {
  return zone;
}

export function useTimeZone(): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getTimeZone,
    () => undefined,
  );
}
