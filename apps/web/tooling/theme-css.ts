import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A VS Code colour theme file, as far as pages need it. */
export interface ColorTheme {
  readonly name: string;
  readonly type: "dark" | "light" | "hcDark" | "hcLight";
  readonly colors: Readonly<Record<string, string>>;
  /** For the text in editors; the pages have no use for them. */
  readonly tokenColors: readonly { readonly scope: string | readonly string[]; readonly settings: { readonly foreground?: string; readonly fontStyle?: string } }[];
}

/** The themes that ship, by the name a person's choice is stored under. */
export const THEME_IDS = ["dark", "light", "high-contrast-dark", "high-contrast-light"] as const;
export type ThemeId = (typeof THEME_IDS)[number];

/** What "follow the system" means, in the order CSS decides it: later rules win. */
const SYSTEM: readonly (readonly [query: string, id: ThemeId])[] = [
  ["(prefers-color-scheme: light)", "light"],
  ["(prefers-contrast: more)", "high-contrast-dark"],
  ["(prefers-contrast: more) and (prefers-color-scheme: light)", "high-contrast-light"],
];

/** `editor.background` → `--editor-background`. */
export function colorVariable(id: string): string {
  return `--${id.replaceAll(".", "-")}`;
}

export function readThemes(folder: string): Record<ThemeId, ColorTheme> {
  const read = (id: ThemeId): ColorTheme => JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"));
  return { dark: read("dark"), light: read("light"), "high-contrast-dark": read("high-contrast-dark"), "high-contrast-light": read("high-contrast-light") };
}

/** The style sheet of all themes. `data-theme` on the root element chooses one; `system` leaves it to the browser. */
export function themeCss(themes: Record<ThemeId, ColorTheme>): string {
  const ids = new Set(Object.values(themes).flatMap((theme) => Object.keys(theme.colors)));
  const block = (selector: string, theme: ColorTheme, indent = ""): string => {
    // A colour that one theme leaves out must not shine through from another.
    const colors = [...ids].map((id) => `${indent}  ${colorVariable(id)}: ${theme.colors[id] ?? "transparent"};`);
    const scheme = theme.type === "light" || theme.type === "hcLight" ? "light" : "dark";
    return [`${indent}${selector} {`, `${indent}  color-scheme: ${scheme};`, ...colors, `${indent}}`].join("\n");
  };
  const chosen = THEME_IDS.map((id) => block(`:root[data-theme="${id}"]`, themes[id]));
  const system = SYSTEM.map(([query, id]) => `@media ${query} {\n${block(':root[data-theme="system"]', themes[id], "  ")}\n}`);
  return [
    "/* Generated from themes/*.json by tooling/generate-themes.ts. Change the theme files, not this one. */",
    block(':root[data-theme="system"]', themes.dark),
    ...system,
    ...chosen,
    "",
  ].join("\n");
}
