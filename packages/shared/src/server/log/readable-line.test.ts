import { describe, expect, it } from "vitest";
import { readableLine } from "./readable-line.ts";

describe("readableLine", () => {
  it("puts an entry on one line", () => {
    const line = JSON.stringify({ level: "warn", time: "2026-03-01T12:00:01.234Z", pid: 1, hostname: "h", module: "auth", count: 2, note: "two words", msg: "Slow" });
    expect(readableLine(line)).toBe('12:00:01.234  warn   Slow  module=auth  count=2  note="two words"\n');
  });

  it("puts the stack below, indented", () => {
    const line = JSON.stringify({ level: "error", time: "2026-03-01T12:00:01.234Z", msg: "Failed", err: { stack: "Error: x\n    at a.ts:1" } });
    expect(readableLine(line)).toBe("12:00:01.234  error  Failed\n    Error: x\n    at a.ts:1\n");
  });

  it("lets no control character reach the terminal", () => {
    const line = JSON.stringify({ level: "info", time: "2026-03-01T12:00:01.234Z", msg: "a\u001b[2Jb", field: "\u001b]0;x" });
    expect(readableLine(line)).not.toContain("\u001b");
  });

  it("passes on what is no entry", () => {
    expect(readableLine("plain\n")).toBe("plain\n");
  });
});
