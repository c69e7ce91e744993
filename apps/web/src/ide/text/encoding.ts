/** How text lies in a file. `windows-1252` is what is called Latin-1 in practice. */
export const ENCODINGS = ["utf-8", "utf-8-bom", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const ENCODING_NAMES: Record<Encoding, string> = {
  "utf-8": "UTF-8",
  "utf-8-bom": "UTF-8 with BOM",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  "windows-1252": "Latin-1 (Windows 1252)",
};

const SNIFFED_BYTES = 8_192;
const BOMS: readonly (readonly [encoding: Encoding, bytes: readonly number[]])[] = [
  ["utf-8-bom", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** Null: not text. Decided by a byte order mark, by where zero bytes stand, and by whether it is valid UTF-8. */
export function detectEncoding(bytes: Uint8Array): Encoding | null {
  for (const [encoding, bom] of BOMS) if (bom.every((byte, index) => bytes[index] === byte)) return encoding;
  const head = bytes.subarray(0, SNIFFED_BYTES);
  const zeros = [0, 0];
  for (let index = 0; index < head.length; index += 1) if (head[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd > 0) {
    // Latin letters in UTF-16: every second byte is zero, and hardly ever one of the others.
    const pairs = Math.floor(head.length / 2);
    if (bytes.length % 2 === 0 && odd > pairs * 0.4 && even < pairs * 0.05) return "utf-16le";
    if (bytes.length % 2 === 0 && even > pairs * 0.4 && odd < pairs * 0.05) return "utf-16be";
    return null;
  }
  return isUtf8(bytes) ? "utf-8" : hasControls(head) ? null : "windows-1252";
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Control characters that no text holds: all below the space but tab, line ends, form feed and escape. */
function hasControls(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d && byte !== 0x1b);
}

function bomLength(encoding: Encoding, bytes: Uint8Array): number {
  const bom = BOMS.find(([name]) => name === encoding)?.[1] ?? [];
  return bom.every((byte, index) => bytes[index] === byte) ? bom.length : 0;
}

/** The text without its byte order mark. What cannot be read becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  const body = bytes.subarray(bomLength(encoding, bytes));
  return new TextDecoder(encoding === "utf-8-bom" ? "utf-8" : encoding, { ignoreBOM: true }).decode(body);
}

/** The 32 characters of Windows 1252 that are not where Latin-1 has them, by their byte minus 0x80. */
const WINDOWS_1252 = new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index));

/** The bytes of a text. Null where the encoding has no byte for one of its characters. UTF-16 gets its byte order mark. */
export function encodeText(text: string, encoding: Encoding): Uint8Array<ArrayBuffer> | null {
  switch (encoding) {
    case "utf-8":
      return new TextEncoder().encode(text);
    case "utf-8-bom":
      return new TextEncoder().encode(`\ufeff${text}`);
    case "utf-16le":
    case "utf-16be":
      return encodeUtf16(text, encoding === "utf-16le");
    case "windows-1252":
      return encodeWindows1252(text);
  }
}

function encodeUtf16(text: string, littleEndian: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, littleEndian);
  for (let index = 0; index < text.length; index += 1) view.setUint16(2 + index * 2, text.charCodeAt(index), littleEndian);
  return bytes;
}

function encodeWindows1252(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const special = WINDOWS_1252.indexOf(text.charAt(index));
    if (special >= 0) bytes[index] = 0x80 + special;
    else if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) bytes[index] = code;
    else return null;
  }
  return bytes;
}

export type LineEnd = "\n" | "\r\n";

/** Which line end a text has most of, and whether it has others too: an editor knows one, and saving makes all the same. */
export function lineEndsOf(text: string): { readonly lineEnd: LineEnd; readonly mixed: boolean } {
  let [lf, crlf, cr] = [0, 0, 0];
  for (let at = text.search(/[\r\n]/); at >= 0 && at < text.length; ) {
    if (text.charCodeAt(at) === 0x0a) lf += 1;
    else if (text.charCodeAt(at + 1) === 0x0a) {
      crlf += 1;
      at += 1;
    } else cr += 1;
    at = nextLineEnd(text, at + 1);
  }
  return { lineEnd: crlf > lf + cr ? "\r\n" : "\n", mixed: [lf, crlf, cr].filter((count) => count > 0).length > 1 };
}

function nextLineEnd(text: string, from: number): number {
  const lf = text.indexOf("\n", from);
  const cr = text.indexOf("\r", from);
  if (lf < 0 || cr < 0) return Math.max(lf, cr);
  return Math.min(lf, cr);
}
