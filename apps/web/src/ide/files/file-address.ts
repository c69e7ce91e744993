/** How a path stands in an address: names that are not UTF-8 go as base64url of their bytes. */
export function fileAddress(path: string): { readonly path: string } | { readonly pathBytes: string } {
  return path.isWellFormed() ? { path } : { pathBytes: toBase64Url(pathBytes(path)) };
}

/** The bytes of a path; a lone surrogate U+DC80..U+DCFF stands for one that is not UTF-8. */
function pathBytes(path: string): Uint8Array {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const character of path) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** A path as it can be shown and stand in a URI: bytes that are no text are written out. */
export function readablePath(path: string): string {
  return path.isWellFormed() ? path : path.replace(/(?<![\ud800-\udbff])[\udc80-\udcff]/g, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16).toUpperCase()}`);
}
