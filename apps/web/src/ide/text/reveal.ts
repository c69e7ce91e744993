import type { editor } from "monaco-editor";
import type { TextPlace } from "../editors/open-options.ts";

/** Selects a place and brings it into view. */
export function revealPlace(instance: editor.ICodeEditor, { line, column = 1, endLine = line, endColumn = column }: TextPlace): void {
  const range = { startLineNumber: line, startColumn: column, endLineNumber: endLine, endColumn };
  instance.setSelection(range);
  instance.revealRangeInCenterIfOutsideViewport(range);
}
