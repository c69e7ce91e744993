import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { colorVariable, readThemes, THEME_IDS, themeCss, type ColorTheme } from "./theme-css.ts";

const APP = join(import.meta.dirname, "..");
const themes = readThemes(join(APP, "themes"));
const styleSheets = readdirSync(join(APP, "src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".css"));
const tokens = readFileSync(join(APP, "src/styles/tokens.css"), "utf8");

function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1, 7), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = channels(hex).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const SURFACES = ["editor.background", "sideBar.background", "editorWidget.background"];
const TEXT: readonly (readonly [foreground: string, backgrounds: readonly string[]])[] = [
  ["foreground", SURFACES],
  ["descriptionForeground", [...SURFACES, "list.hoverBackground", "list.inactiveSelectionBackground"]],
  ["errorForeground", SURFACES],
  ["textLink.foreground", SURFACES],
  ["testing.iconPassed", SURFACES],
  ["problemsWarningIcon.foreground", SURFACES],
  ["titleBar.activeForeground", ["titleBar.activeBackground"]],
  ["statusBar.foreground", ["statusBar.background", "statusBarItem.hoverBackground"]],
  ["list.activeSelectionForeground", ["list.activeSelectionBackground"]],
  ["menu.foreground", ["menu.background"]],
  ["menu.selectionForeground", ["menu.selectionBackground"]],
  ["quickInputList.focusForeground", ["quickInputList.focusBackground"]],
  ["input.foreground", ["input.background"]],
  ["input.placeholderForeground", ["input.background"]],
  ["button.foreground", ["button.background", "button.hoverBackground"]],
  ["button.secondaryForeground", ["button.secondaryBackground", "button.secondaryHoverBackground"]],
  ["badge.foreground", ["badge.background"]],
  ["keybindingLabel.foreground", ["keybindingLabel.background"]],
  ["inputValidation.errorForeground", ["inputValidation.errorBackground"]],
  ["inputValidation.warningForeground", ["inputValidation.warningBackground"]],
  ["inputValidation.infoForeground", ["inputValidation.infoBackground"]],
  ["statusBarItem.errorForeground", ["statusBarItem.errorBackground"]],
  ["statusBarItem.warningForeground", ["statusBarItem.warningBackground"]],
  ["tab.activeForeground", ["tab.activeBackground"]],
  ["tab.inactiveForeground", ["tab.inactiveBackground", "tab.hoverBackground"]],
  ["breadcrumb.foreground", ["editor.background"]],
  ["editorLineNumber.foreground", ["editor.background"]],
  ["list.deemphasizedForeground", ["sideBar.background"]],
  ...["added", "modified", "deleted", "untracked", "renamed", "conflicting", "ignored", "submodule"].map((state) => [`gitDecoration.${state}ResourceForeground`, ["sideBar.background", "tab.activeBackground"]] as const),
];
const CONTROLS: readonly (readonly [line: string, backgrounds: readonly string[]])[] = [
  ["focusBorder", [...SURFACES, "titleBar.activeBackground", "activityBar.background"]],
  ["input.border", SURFACES],
  ["checkbox.border", SURFACES],
  ["activityBar.inactiveForeground", ["activityBar.background"]],
  ["activityBar.activeBorder", ["activityBar.background"]],
  ["icon.foreground", SURFACES],
  ["editorCursor.foreground", ["editor.background"]],
  ["tab.activeBorderTop", ["tab.activeBackground"]],
];

function weakPairs(theme: ColorTheme, pairs: typeof TEXT, least: number): string[] {
  return pairs.flatMap(([front, backs]) =>
    backs.flatMap((back) => {
      const ratio = contrast(theme.colors[front] ?? "#000000", theme.colors[back] ?? "#000000");
      return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(2)}`];
    }),
  );
}

describe.each(THEME_IDS)("the theme %s", (id) => {
  it("has text that can be read (4.5:1)", () => {
    expect(weakPairs(themes[id], TEXT, 4.5)).toEqual([]);
  });

  it("has controls and a focus that can be seen (3:1)", () => {
    expect(weakPairs(themes[id], CONTROLS, 3)).toEqual([]);
  });

  it("has code that can be read (4.5:1)", () => {
    const weak = themes[id].tokenColors.flatMap(({ scope, settings: { foreground } }) => {
      const ratio = foreground === undefined ? 21 : contrast(foreground, themes[id].colors["editor.background"] ?? "");
      return ratio >= 4.5 ? [] : [`${String(scope)}: ${ratio.toFixed(2)}`];
    });
    expect(weak).toEqual([]);
  });

  it("names every colour that the dark theme names", () => {
    expect(Object.keys(themes.dark.colors).filter((color) => !(color in themes[id].colors))).toEqual([]);
  });
});

describe("the style sheets", () => {
  it("hold the themes as they are in the theme files (run `npm run gen`)", () => {
    expect(readFileSync(join(APP, "src/styles/themes.css"), "utf8")).toBe(themeCss(themes));
  });

  it("use no colour and no token that is not defined", () => {
    const defined = new Set([...Object.values(themes).flatMap(({ colors }) => Object.keys(colors).map(colorVariable)), ...(tokens.match(/--[\w-]+(?=:)/g) ?? [])]);
    const unknown = styleSheets.flatMap((file) => {
      const text = readFileSync(join(APP, "src", file), "utf8");
      return [...text.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name ?? "").filter((name) => !defined.has(name) && !name.startsWith("--radix-")).map((name) => `${file}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it("name colours by their role and never by their value", () => {
    const values = styleSheets
      .filter((file) => !file.endsWith("themes.css"))
      .flatMap((file) => [...readFileSync(join(APP, "src", file), "utf8").matchAll(/#[0-9a-f]{3,8}\b|\b(?:hsl|oklch|rgba)\(/gi)].map(([value]) => `${file}: ${value}`));
    expect(values).toEqual([]);
  });

  it("use no other sizes of type than the scale", () => {
    const sizes = styleSheets.flatMap((file) =>
      [...readFileSync(join(APP, "src", file), "utf8").matchAll(/font-size:\s*([^;]+);/g)].map(([, size]) => size ?? "").filter((size) => !/^(var\(--text-\d+\)|inherit|1[34]px( !important)?|12px|0\.9375em)$/.test(size)).map((size) => `${file}: ${size}`),
    );
    expect(sizes).toEqual([]);
  });
});
