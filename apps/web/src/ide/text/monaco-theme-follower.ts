"use client";

import { useEffect, useSyncExternalStore } from "react";
import { useTheme } from "#features/theme/use-theme.ts";
import { useMonaco } from "./monaco.ts";
import type { MonacoThemeId } from "./monaco-theme.ts";

const LIGHT = "(prefers-color-scheme: light)";
const CONTRAST = "(prefers-contrast: more)";

function subscribe(listener: () => void): () => void {
  const queries = [LIGHT, CONTRAST].map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener("change", listener);
  return () => {
    for (const query of queries) query.removeEventListener("change", listener);
  };
}

function systemTheme(): MonacoThemeId {
  const light = window.matchMedia(LIGHT).matches;
  if (window.matchMedia(CONTRAST).matches) return light ? "high-contrast-light" : "high-contrast-dark";
  return light ? "light" : "dark";
}

/** Keeps all editors in the theme of the page. Stands once in an open project. */
export function useMonacoTheme(): void {
  const monaco = useMonaco();
  const chosen = useTheme();
  const system = useSyncExternalStore(subscribe, systemTheme, () => "dark" as const);
  useEffect(() => monaco?.editor.setTheme(chosen === "system" ? system : chosen), [monaco, chosen, system]);
}
