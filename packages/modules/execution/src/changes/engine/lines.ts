/** A text as lines, each with its terminator; the last has none where the text ends without one. Like git, only `\n` ends a line: a `\r` before it belongs to the line. */
export function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const next = end === -1 ? text.length : end + 1;
    lines.push(text.slice(from, next));
    from = next;
  }
  return lines;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a file's bytes; null for what is no text: not UTF-8, or with a NUL. Encoding the text gives the same bytes again, a byte order mark included. */
export function textOfFile(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a text can be a file of a change set: whole characters, no NUL. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
