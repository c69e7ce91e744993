import { describe, expect, it } from "vitest";
import { formatKeys, spellKeys, strokeOf } from "./keys.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", true>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("keybindings", () => {
  it("are shown as each platform writes them", () => {
    expect(formatKeys("mod+k", false)).toEqual(["Ctrl", "K"]);
    expect(formatKeys("mod+k", true)).toEqual(["⌘", "K"]);
    expect(spellKeys("shift+f6", false)).toBe("Shift+F6");
    expect(spellKeys("g p", false)).toBe("G then P");
  });

  it.each([
    ["mod+k", press("k", { ctrlKey: true }), false],
    ["mod+k", press("k", { metaKey: true }), true],
    ["ctrl+k", press("k", { ctrlKey: true }), true],
    ["shift+f6", press("F6", { shiftKey: true }), false],
    ["mod+shift+p", press("P", { ctrlKey: true, shiftKey: true }), false],
    ["?", press("?", { shiftKey: true }), false],
    ["", press("Shift", { shiftKey: true }), false],
    ["alt+w", { ...press("∑", { altKey: true }), code: "KeyW" }, true],
  ] as const)("reads %s from what was pressed", (written, pressed, mac) => {
    expect(strokeOf(pressed, mac)).toBe(written);
  });
});
