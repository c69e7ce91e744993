"use client";

import { useMemo, useSyncExternalStore } from "react";
import { useTheme } from "#features/theme/use-theme.ts";

const QUERIES = ["(prefers-color-scheme: light)", "(prefers-contrast: more)"];

function subscribe(listener: () => void): () => void {
  const queries = QUERIES.map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener("change", listener);
  return () => {
    for (const query of queries) query.removeEventListener("change", listener);
  };
}

const systemKey = () => QUERIES.map((query) => window.matchMedia(query).matches).join();

/** The present values of colour tokens, for what is drawn and not styled. Null while they are not known. */
export function useColors<Name extends string>(tokens: Readonly<Record<Name, string>>): Readonly<Record<Name, string>> | null {
  const theme = useTheme();
  const system = useSyncExternalStore(subscribe, systemKey, () => null);
  // What the tokens are is decided by both.
  const key = system === null ? null : `${theme} ${system}`;
  return useMemo(() => (key === null ? null : valuesOf(tokens)), [tokens, key]);
}

function valuesOf<Name extends string>(tokens: Readonly<Record<Name, string>>): Readonly<Record<Name, string>> {
  const style = getComputedStyle(document.documentElement);
  const values: Record<Name, string> = { ...tokens };
  for (const name in tokens) values[name] = style.getPropertyValue(tokens[name]).trim();
  return values;
}
