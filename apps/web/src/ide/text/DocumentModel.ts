import type { editor } from "monaco-editor";
import { readablePath } from "../files/file-address.ts";
import { type Encoding, type LineEnd, lineEndsOf } from "./encoding.ts";
import { languageOf } from "./languages.ts";
import { minimalEdit, type TextEdit } from "./minimal-edit.ts";
import type { MonacoApi } from "./monaco.ts";

/** The text of a file in Monaco, and whether it is another one than was saved. Lives until `dispose`. */
export class DocumentModel {
  readonly model: editor.ITextModel;
  readonly #monaco: MonacoApi;
  #savedVersion: number;
  #savedEncoding: Encoding;
  /** The text is changed by us and not by a person. */
  #applying = false;

  /** `onEdit`: a person changed the text; null when everything may be different. */
  constructor(monaco: MonacoApi, { path, text, encoding, onEdit }: { readonly path: string; readonly text: string; readonly encoding: Encoding; readonly onEdit: (changes: readonly TextEdit[] | null) => void }) {
    this.#monaco = monaco;
    const wanted = monaco.Uri.from({ scheme: "file", path: `/${readablePath(path)}` });
    // A file that was renamed while it was open still has the old address.
    const uri = monaco.editor.getModel(wanted) ? wanted.with({ authority: `copy-${Date.now()}` }) : wanted;
    this.model = monaco.editor.createModel(text, languageOf(monaco, path), uri);
    this.#savedVersion = this.version;
    this.#savedEncoding = encoding;
    this.model.onDidChangeContent(({ changes, isFlush, isEolChange }) => {
      if (this.#applying) return;
      onEdit(isFlush || isEolChange ? null : changes.map(({ rangeOffset, rangeLength, text: insert }) => ({ offset: rangeOffset, deleteCount: rangeLength, insert })));
    });
  }

  get text(): string {
    return this.model.getValue();
  }

  /** The same again after what came between was undone. */
  get version(): number {
    return this.model.getAlternativeVersionId();
  }

  get language(): string {
    return this.model.getLanguageId();
  }

  isDirty(encoding: Encoding): boolean {
    return this.version !== this.#savedVersion || encoding !== this.#savedEncoding;
  }

  /** That version of the text is the one on the disk. */
  saved(version: number, encoding: Encoding): void {
    this.#savedVersion = version;
    this.#savedEncoding = encoding;
  }

  /** Nothing on the disk is like this text. */
  neverSaved(): void {
    this.#savedVersion = -1;
  }

  /** Makes the text another one by the least edit: cursors, folds and undo stay. */
  replace(text: string): void {
    const { model } = this;
    const lineEnd = lineEndsOf(text).lineEnd;
    this.#applying = true;
    try {
      if (model.getEOL() !== lineEnd) this.setLineEnd(lineEnd);
      const edit = minimalEdit(model.getValue(), text.replace(/\r\n?|\n/g, lineEnd));
      if (!edit) return;
      const [start, end] = [model.getPositionAt(edit.offset), model.getPositionAt(edit.offset + edit.deleteCount)];
      model.pushStackElement();
      model.pushEditOperations([], [{ range: this.#monaco.Range.fromPositions(start, end), text: edit.insert }], () => null);
      model.pushStackElement();
    } finally {
      this.#applying = false;
    }
  }

  setLineEnd(lineEnd: LineEnd): void {
    const { CRLF, LF } = this.#monaco.editor.EndOfLineSequence;
    this.model.pushEOL(lineEnd === "\r\n" ? CRLF : LF);
  }

  setLanguage(language: string): void {
    this.#monaco.editor.setModelLanguage(this.model, language);
  }

  /** The language that goes with a name. */
  languageFor(path: string): string {
    return languageOf(this.#monaco, path);
  }

  dispose(): void {
    this.model.dispose();
  }
}
