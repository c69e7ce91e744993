import { pathFault } from "@coder/api/workspace";
import { outcome } from "@coder/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfPath, bytesOfText, storedText, textOfBytes, textOfStored } from "./path-bytes.ts";

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  // Near-misses of UTF-8: overlong, surrogates, too large, cut off.
  fc.array(fc.constantFrom([0xc0, 0xae], [0xe0, 0x80, 0xaf], [0xed, 0xb2, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xf0, 0x9f, 0x92], [0xf0, 0x9f, 0x92, 0x80], [0x61], [0xc3, 0xa9], [0xff], [0xef, 0xbb, 0xbf])).map((parts) => Uint8Array.from(parts.flat())),
);

describe("a name as text", () => {
  it("stands for exactly its bytes, whatever they are", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = textOfBytes(bytes);
        expect(bytesOfText(text).equals(bytes)).toBe(true);
        // JSON keeps it, and what can be stored gives it back.
        expect(JSON.parse(JSON.stringify(text))).toBe(text);
        expect(storedText(text).isWellFormed()).toBe(true);
        expect(textOfStored(storedText(text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is what UTF-8 says where the bytes are UTF-8, and never two texts for the same bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 8 }), (text, bytes) => {
        expect(textOfBytes(Buffer.from(text))).toBe(text);
        expect(textOfBytes(bytesOfText(textOfBytes(bytes)))).toBe(textOfBytes(bytes));
      }),
    );
  });

  it("shows each byte that is no UTF-8 as one lone surrogate", () => {
    expect(textOfBytes(Buffer.from([0x61, 0xff, 0xc0, 0xae]))).toBe("a\udcff\udcc0\udcae");
    expect(textOfBytes(Buffer.from([0xed, 0xb2, 0x80]))).toBe("\udced\udcb2\udc80");
    expect(bytesOfText("\ud83d\udc80\udc80")).toEqual(Buffer.from([0xf0, 0x9f, 0x92, 0x80, 0x80]));
    expect(storedText("100%\udcff\ud83d\udc80")).toBe("100%25%ff\ud83d\udc80");
  });
});

describe("a project path", () => {
  it.each([
    ["", null], ["a/b", null], ["\udcff", null], ["a b\n", null], ["...", null], [".git/config", null], ["\\..\\", null], ["\u00e9", null], ["e\u0301", null],
    ["/a", "relative"], ["a//b", "empty segment"], ["a/", "empty segment"], [".", ". or .."], ["a/../b", ". or .."], ["..", ". or .."], ["a\0", "NUL"],
    ["\ud83d", "whole characters"], ["a\udc00", "whole characters"], ["\udd00", "whole characters"], ["x".repeat(256), "255 bytes"], ["\u00e9".repeat(128), "255 bytes"], ["\udcff".repeat(255), null],
    [Array.from({ length: 300 }, () => "x".repeat(14)).join("/"), "4096 bytes"],
  ])("%j", (path, fault) => {
    if (fault === null) expect(pathFault(path)).toBeNull();
    else expect(pathFault(path)).toContain(fault);
  });

  it("has one spelling: escapes that are UTF-8 together are refused", async () => {
    expect(bytesOfPath("a/\udcff")).toEqual(Buffer.from([0x61, 0x2f, 0xff]));
    for (const path of ["\udcc3\udca9", "a/../b", "/a"]) expect(await outcome((async () => bytesOfPath(path))())).toBe("path_invalid");
  });
});
