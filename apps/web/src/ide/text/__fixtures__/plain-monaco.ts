interface Edit {
  readonly range: { readonly start: number; readonly end: number };
  readonly text: string;
}
type Listener = (event: { readonly changes: readonly []; readonly isFlush: boolean; readonly isEolChange: boolean }) => void;

/** A text whose positions are offsets. */
class PlainModel {
  #text: string;
  #version = 1;
  #listener: Listener = () => undefined;

  constructor(text: string) {
    this.#text = text;
  }

  getValue(): string {
    return this.#text;
  }

  setValue(text: string): void {
    this.#text = text;
    this.#version += 1;
    this.#listener({ changes: [], isFlush: true, isEolChange: false });
  }

  pushEditOperations(_before: unknown, edits: readonly Edit[]): void {
    for (const { range, text } of edits) this.setValue(this.#text.slice(0, range.start) + text + this.#text.slice(range.end));
  }

  getAlternativeVersionId(): number {
    return this.#version;
  }

  getLanguageId(): string {
    return "plaintext";
  }

  getEOL(): string {
    return "\n";
  }

  getPositionAt(offset: number): number {
    return offset;
  }

  onDidChangeContent(listener: Listener): void {
    this.#listener = listener;
  }

  pushStackElement(): void {}

  dispose(): void {}
}

/** As much of Monaco as the text of a document needs. */
export const PLAIN_MONACO = {
  Uri: { from: ({ path }: { readonly path: string }) => path },
  Range: { fromPositions: (start: number, end: number) => ({ start, end }) },
  editor: { getModel: () => null, createModel: (text: string) => new PlainModel(text), setModelLanguage: () => undefined },
  languages: { getLanguages: () => [] },
};
