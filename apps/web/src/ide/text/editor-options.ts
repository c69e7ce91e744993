import type { editor } from "monaco-editor";

/** What all editors of text have in common. */
export const EDITOR_OPTIONS: editor.IEditorOptions = {
  automaticLayout: true,
  fontFamily: 'ui-monospace, SFMono-Regular, Menlo, "Cascadia Mono", Consolas, "Liberation Mono", monospace',
  fontSize: 13,
  lineHeight: 20,
  fixedOverflowWidgets: true,
  renderWhitespace: "selection",
  bracketPairColorization: { enabled: true },
  guides: { indentation: true, bracketPairs: "active" },
  stickyScroll: { enabled: true },
  // Files that are dropped belong to the explorer and the groups.
  dropIntoEditor: { enabled: false },
  scrollbar: { verticalScrollbarSize: 12, horizontalScrollbarSize: 12, useShadows: false },
  // Numbers in comments are no colours; languages that have colours show theirs.
  defaultColorDecorators: "never",
  overviewRulerBorder: false,
  padding: { top: 4 },
};
