import { describe, expect, it } from "vitest";
import { MONACO_THEME_IDS, monacoTheme } from "./monaco-theme.ts";

describe.each(MONACO_THEME_IDS)("%s in editors", (id) => {
  const { rules, colors } = monacoTheme(id);
  const colorOf = (token: string) => rules.find((rule) => rule.token === token)?.foreground;

  it("takes its colours from the theme file", () => {
    expect(colors["editor.background"]).toMatch(/^#[0-9a-f]{6}$/);
    expect(colorOf("comment")).toMatch(/^[0-9a-f]{6}$/);
  });

  it("tells apart what the theme file tells apart", () => {
    expect(new Set(["comment", "keyword", "string", "number", "type", "tag"].map(colorOf)).size).toBe(6);
    expect(colorOf("string.key")).not.toBe(colorOf("string"));
  });

  it("holds only colours that Monaco can read", () => {
    expect(Object.entries(colors).filter(([, color]) => !/^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(color))).toEqual([]);
  });
});
