import type { THEMES as KNOWN_THEMES } from "@coder/api/user-management";
import { keysOf } from "#lib/keys-of.ts";

export type Theme = (typeof KNOWN_THEMES)[number];

/** A cookie and not local storage: the server writes the choice into the page, so the first paint is right. */
export const THEME_COOKIE = "coder-theme";
const YEAR_SECONDS = 31_536_000;

export const THEME_NAMES: Record<Theme, string> = {
  system: "Follow the system",
  dark: "Dark",
  light: "Light",
  "high-contrast-dark": "High contrast dark",
  "high-contrast-light": "High contrast light",
};

/** In the order in which they are offered. */
export const THEMES = keysOf(THEME_NAMES);

export function themeOf(value: unknown): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}

export function currentTheme(): Theme {
  return themeOf(document.documentElement.dataset["theme"]);
}

/** Restyles the page at once and remembers the choice in this browser. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
