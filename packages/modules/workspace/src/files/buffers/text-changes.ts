import { BufferChangeSchema, type BufferChange, type TextEdit } from "@coder/api/workspace";

/** One after the other, each speaking of the text after the one before it. Places past the end mean the end. */
export function editedText(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce((before, { offset, deleteCount, insert }) => before.slice(0, offset) + insert + before.slice(offset + deleteCount), text);
}

export function changedText(text: string, change: BufferChange): string {
  return "text" in change ? change.text : editedText(text, change.edits);
}

/** As rows keep it: JSON spells out what they cannot hold. */
export function storedChange(change: BufferChange): string {
  return JSON.stringify(change);
}

export function changeOfStored(stored: string): BufferChange {
  return BufferChangeSchema.parse(JSON.parse(stored));
}
