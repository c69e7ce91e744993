import { describe, expect, it } from "vitest";
import { columnTime, duration, exactTime, plural, relativeTime, startOfDay } from "./time.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

describe("times", () => {
  it.each([
    [0, "just now"],
    [59, "just now"],
    [60, "1 minute ago"],
    [3_600 * 5, "5 hours ago"],
    [86_400, "yesterday"],
    [86_400 * 3, "3 days ago"],
    [86_400 * 400, "last year"],
    [-15, "just now"],
    [-30, "in less than a minute"],
    [-86_400 * 7, "in 7 days"],
    [-86_400 * 7 + 30, "in 7 days"],
    [-86_400 * 6.4, "in 6 days"],
  ])("%d seconds ago is %s", (seconds, text) => {
    expect(relativeTime(ago(seconds), NOW)).toBe(text);
  });

  it("show in a column what tells them apart: the clock today, the day before that, the year long ago", () => {
    expect(columnTime("2026-11-23T08:05:09Z", NOW, "Europe/Vienna")).toBe("09:05:09");
    expect(columnTime("2026-11-22T22:30:00Z", NOW, "Europe/Vienna")).toBe("22 Nov 23:30");
    expect(columnTime("2025-11-22T22:30:00Z", NOW, "Europe/Vienna")).toBe("22 Nov 2025");
  });

  it("are exact to the millisecond, in the person's zone", () => {
    expect(exactTime("2026-11-23T08:05:09.120Z", "Asia/Tokyo")).toMatch(/17:05:09\.120.*GMT\+9/);
  });
});

describe("the start of a day", () => {
  it.each([
    ["2026-11-23", "UTC", 0, "2026-11-23T00:00:00.000Z"],
    ["2026-11-23", "Europe/Vienna", 0, "2026-11-22T23:00:00.000Z"],
    ["2026-11-23", "America/New_York", 1, "2026-11-24T05:00:00.000Z"],
    // The night in which the clocks go forward.
    ["2026-03-29", "Europe/Vienna", 0, "2026-03-28T23:00:00.000Z"],
    ["2026-03-29", "Europe/Vienna", 1, "2026-03-29T22:00:00.000Z"],
  ])("%s in %s", (day, zone, plus, instant) => {
    expect(startOfDay(day, zone, plus)).toBe(instant);
  });

  it.each(["2026-02-30", "yesterday", "2026-1-1", ""])("is not that of %j", (day) => {
    expect(startOfDay(day, "UTC")).toBeNull();
  });
});

describe("numbers", () => {
  it.each([
    [12, "12 ms"],
    [1_240, "1.2 s"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [90_000_000, "1 d 1 h"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it("carry their nouns", () => {
    expect(plural(1, "entry", "entries")).toBe("1 entry");
    expect(plural(10_204, "entry", "entries")).toBe("10,204 entries");
  });
});
