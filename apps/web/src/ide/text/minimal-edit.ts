export interface TextEdit {
  /** In UTF-16 units from the start. */
  readonly offset: number;
  readonly deleteCount: number;
  readonly insert: string;
}

/** The one edit between two texts that touches the least: what is the same at the start and the end stays. Null when they are the same. */
export function minimalEdit(before: string, after: string): TextEdit | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end += 1;
  // Not through the middle of a pair: of a surrogate pair or of CR LF, which an editor counts as one.
  if (start > 0 && splits(before, after, start)) start -= 1;
  if (end > 0 && splits(before, after, before.length - end, after.length - end)) end -= 1;
  return { offset: start, deleteCount: before.length - start - end, insert: after.slice(start, after.length - end) };
}

function splits(before: string, after: string, at: number, atAfter: number = at): boolean {
  return isPair(before, at) || isPair(after, atAfter);
}

function isPair(text: string, at: number): boolean {
  const [left, right] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (left >= 0xd800 && left <= 0xdbff && right >= 0xdc00 && right <= 0xdfff) || (left === 0x0d && right === 0x0a);
}

/** Edits one after the other. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce((now, { offset, deleteCount, insert }) => now.slice(0, offset) + insert + now.slice(offset + deleteCount), text);
}
