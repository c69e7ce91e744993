import { describe, expect, it } from "vitest";
import { deviceOf, printable } from "./device.ts";

describe("deviceOf", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36", "Chrome on Windows"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0", "Edge on Windows"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari on macOS"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"],
    ["Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36", "Chrome on Android"],
    ["curl/8.11.0", "curl"],
    ["node", "Node.js"],
    ["<script>alert(1)</script>", "Unknown device"],
    ["", "Unknown device"],
    [null, "Unknown device"],
  ])("calls %j %j", (userAgent, name) => {
    expect(deviceOf(userAgent)).toBe(name);
  });
});

describe("printable", () => {
  it("keeps text that can be stored, and no more of it than asked", () => {
    expect(printable("a\0b\u001b[31mc\ud800", 100)).toBe("ab[31mc");
    expect(printable("🦦".repeat(10), 5)).toBe("🦦🦦\ufffd");
    expect(printable(" \0 ", 10)).toBeNull();
    expect(printable("", 10)).toBeNull();
  });
});
