import { describe, expect, it } from "vitest";
import { NAME, sidewaysTo } from "./deep-tree.ts";

describe("a tree that is deeper than its view is wide", () => {
  it("stays where it is while names fit", () => {
    expect(sidewaysTo(0, 0, 300)).toBe(0);
    expect(sidewaysTo(80, 0, 300)).toBe(0);
  });

  it("is scrolled as far as a name needs to be read, and no further", () => {
    const scrolled = sidewaysTo(1_600, 0, 300);
    expect(1_600 + NAME - scrolled).toBe(300);
    expect(sidewaysTo(1_600, scrolled, 300)).toBe(scrolled);
  });

  it("comes back for a name that begins before the view", () => {
    expect(sidewaysTo(40, 1_400, 300)).toBeLessThan(40);
    expect(sidewaysTo(0, 1_400, 300)).toBe(0);
  });
});
