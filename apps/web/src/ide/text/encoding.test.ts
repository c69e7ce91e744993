import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText, detectEncoding, encodeText, ENCODINGS, lineEndsOf } from "./encoding.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = new TextEncoder();

describe("the encoding of a file", () => {
  it.each([
    ["nothing", bytes(), "utf-8"],
    ["ASCII", text.encode("let x = 1;\r\n"), "utf-8"],
    ["UTF-8", text.encode("Grüße, 世界 🚀"), "utf-8"],
    ["a BOM", bytes(0xef, 0xbb, 0xbf, 0x41), "utf-8-bom"],
    ["UTF-16 with a BOM", bytes(0xff, 0xfe, 0x41, 0), "utf-16le"],
    ["big-endian UTF-16 with a BOM", bytes(0xfe, 0xff, 0, 0x41), "utf-16be"],
    ["UTF-16 without a BOM", bytes(0x41, 0, 0x42, 0, 0x43, 0, 0x0a, 0), "utf-16le"],
    ["Latin-1", bytes(0x47, 0x72, 0xfc, 0xdf, 0x65), "windows-1252"],
    ["the start of a PNG", bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d), null],
    ["one zero byte", bytes(0x41, 0x42, 0, 0x43, 0x44), null],
    ["control characters", bytes(0xff, 0x01, 0x02, 0x41), null],
  ])("of %s is told", (_name, content, encoding) => {
    expect(detectEncoding(content)).toBe(encoding);
  });

  it("gives back byte for byte what it was read from, however it was detected", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        const encoding = detectEncoding(content);
        // UTF-16 gets the byte order mark that it should have had, and lone bytes at its end are no text.
        if (encoding === null || encoding.startsWith("utf-16")) return;
        expect([...(encodeText(decodeText(content, encoding), encoding) ?? [])]).toEqual([...content]);
      }),
    );
  });

  it.each(ENCODINGS)("%s writes what it reads", (encoding) => {
    fc.assert(
      fc.property(fc.string({ unit: encoding === "windows-1252" ? fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) : "binary", minLength: 1 }), (content) => {
        const encoded = encodeText(content, encoding);
        expect(encoded && decodeText(encoded, encoding)).toBe(content);
      }),
    );
  });

  it("says when a character has no place in it", () => {
    expect(encodeText("100 €", "windows-1252")).toEqual(bytes(0x31, 0x30, 0x30, 0x20, 0x80));
    expect(encodeText("世界", "windows-1252")).toBeNull();
  });
});

describe("line ends", () => {
  it.each([
    ["", "\n", false],
    ["a\nb\n", "\n", false],
    ["a\r\nb\r\n", "\r\n", false],
    ["a\r\nb\r\nc\n", "\r\n", true],
    ["a\nb\r\n", "\n", true],
    ["a\rb", "\n", false],
    ["a\rb\n", "\n", true],
  ])("of %j are %j (mixed: %s)", (content, lineEnd, mixed) => {
    expect(lineEndsOf(content)).toEqual({ lineEnd, mixed });
  });
});
