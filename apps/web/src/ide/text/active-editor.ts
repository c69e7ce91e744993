import type { editor } from "monaco-editor";
import type { TextDocument } from "./TextDocument.ts";

/** The editor of text that is worked in. */
export interface ActiveEditor {
  readonly editor: editor.IStandaloneCodeEditor;
  readonly document: TextDocument;
}
