import type { editor } from "monaco-editor";
import { isPassing, toProblem } from "#api/problem.ts";
import { Store } from "#lib/store.ts";
import { ReadAgain } from "../files/ReadAgain.ts";
import { BufferKeeper, type IBufferStore } from "./BufferKeeper.ts";
import { DocumentFile, type IFileSource } from "./DocumentFile.ts";
import { DocumentModel } from "./DocumentModel.ts";
import { type DocumentState, LOADING_DOCUMENT } from "./document-state.ts";
import { decodeText, detectEncoding, type Encoding, encodeText, type LineEnd, lineEndsOf } from "./encoding.ts";
import { imageType } from "./media.ts";
import { loadMonaco, type MonacoApi } from "./monaco.ts";
import { diskOf, unencodable } from "./save-faults.ts";

/** Unsaved text as the server kept it. */
export interface KeptText {
  readonly text: string;
  readonly baseHash: string | null;
  readonly revision: number;
}

interface TextDocumentDeps {
  readonly files: IFileSource;
  readonly bufferStore: (path: string) => IBufferStore;
  readonly isOutOfStep: (error: unknown) => boolean;
  /** Somebody changed the text. */
  readonly onEdit: (path: string) => void;
}

/** What there is to be read again of a document. */
const DISK = "disk";

/**
 * One file as editors see it: its text, how it is to the file on the disk, and its way there and back. All editors of a file share it, and with it the
 * model, so undo and unsaved text are the file's and not a tab's.
 */
export class TextDocument {
  readonly state = new Store<DocumentState>(LOADING_DOCUMENT);
  readonly #deps: TextDocumentDeps;
  readonly #abort = new AbortController();
  #path: string;
  #file: DocumentFile;
  #model: DocumentModel | null = null;
  #keeper: BufferKeeper;
  /** Ends with the last write that was asked for; never fails. */
  #writing: Promise<boolean> = Promise.resolve(true);
  /** Ends with the last reading of the whole file. */
  #loading: Promise<void> = Promise.resolve();
  #checking = false;
  #checkAgain = false;
  /** No event comes again for what happened: without another look, the text from before would stay. */
  readonly #missed = new ReadAgain(() => this.checkDisk());
  /** Unsaved text that is not in the model yet. */
  #kept: KeptText | null;

  constructor(path: string, deps: TextDocumentDeps, kept: KeptText | null = null) {
    this.#path = path;
    this.#deps = deps;
    this.#file = this.#newFile();
    this.#kept = kept;
    this.#keeper = this.#newKeeper();
    if (!kept) return;
    this.#keeper.adopt(kept.revision);
    this.#patch({ dirty: true });
  }

  get path(): string {
    return this.#path;
  }

  /** Where the bytes are: elsewhere when the path is a link. */
  get filePath(): string {
    return this.#file.path;
  }

  get model(): editor.ITextModel | null {
    return this.#model?.model ?? null;
  }

  /** Reads the file, for the first time or again after it could not be read. */
  load(): Promise<void> {
    return (this.#loading = this.#load());
  }

  async #load(): Promise<void> {
    const path = this.#path;
    this.#patch({ phase: "loading", problem: null });
    const monaco = loadMonaco();
    // Asked for beside the file; whether it came is looked at with the file.
    monaco.catch(() => undefined);
    try {
      await this.#read(monaco);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      const problem = toProblem(error);
      const missing = problem.code === "entry_not_found";
      // It was renamed on the way: that there is nothing of the old name is as it should be.
      if (missing && this.#path !== path) return this.load();
      if (missing && this.#kept) await this.#openWithout(monaco, this.#kept);
      else this.#patch({ phase: missing ? "gone" : "failed", problem });
    }
    if (this.#checkAgain) await this.checkDisk();
  }

  async #read(monaco: Promise<MonacoApi>): Promise<void> {
    const content = await this.#file.read();
    const { sizeBytes, hash } = content;
    if (content.bytes === null) return this.#patch({ phase: "large", sizeBytes, hash });
    const type = imageType(this.#path);
    if (type !== null) return this.#showImage(new Blob([content.bytes], { type }), sizeBytes, hash);
    const encoding = detectEncoding(content.bytes);
    if (encoding === null) return this.#patch({ phase: "binary", sizeBytes, hash });
    this.#openText(await monaco, decodeText(content.bytes, encoding), { hash, sizeBytes, encoding, partial: false });
  }

  /** Shows the start of a file that is too large, to read it. */
  async openFirstPart(): Promise<void> {
    try {
      const { bytes, sizeBytes, hash } = await this.#file.readStart();
      const encoding = detectEncoding(bytes);
      if (encoding === null) return this.#patch({ phase: "binary", sizeBytes, hash });
      this.#openText(await loadMonaco(), decodeText(bytes, encoding), { hash, sizeBytes, encoding, partial: true });
    } catch (error) {
      this.#patch({ phase: "failed", problem: toProblem(error) });
    }
  }

  #openText(monaco: MonacoApi, text: string, { hash, sizeBytes, encoding, partial }: Pick<DocumentState, "hash" | "sizeBytes" | "encoding" | "partial">): void {
    if (this.#abort.signal.aborted) return;
    this.#makeModel(monaco, text, encoding);
    this.#patch({ phase: "text", hash, sizeBytes, encoding, mixedLineEnds: lineEndsOf(text).mixed, partial, disk: { kind: "same" }, dirty: false });
    if (this.#kept && !partial) this.#bringBack(this.#kept);
    this.#kept = null;
  }

  /** There is unsaved text of a file that is not there any more. */
  async #openWithout(monaco: Promise<MonacoApi>, kept: KeptText): Promise<void> {
    try {
      const api = await monaco;
      if (this.#abort.signal.aborted) return;
      this.#makeModel(api, kept.text, this.state.get().encoding).neverSaved();
      this.#kept = null;
      this.#patch({ phase: "text", hash: kept.baseHash, sizeBytes: 0, disk: { kind: "deleted" }, dirty: true });
    } catch (error) {
      this.#patch({ phase: "failed", problem: toProblem(error) });
    }
  }

  #bringBack(kept: KeptText): void {
    const { hash } = this.state.get();
    this.#model?.replace(kept.text);
    // What was typed began from another text than the one that lies there now.
    if (kept.baseHash !== hash) this.#patch({ hash: kept.baseHash, disk: hash === null ? { kind: "deleted" } : { kind: "changed", hash } });
    this.#settle();
  }

  #makeModel(monaco: MonacoApi, text: string, encoding: Encoding): DocumentModel {
    this.#model?.dispose();
    const model = new DocumentModel(monaco, {
      path: this.#path,
      text,
      encoding,
      onEdit: (changes) => {
        if (changes === null) this.#keeper.recordWhole();
        else this.#keeper.record(changes);
        this.#settle();
        this.#deps.onEdit(this.#path);
      },
    });
    this.#model = model;
    this.#patch({ language: model.language });
    return model;
  }

  /** Finds out whether there is anything to save. */
  #settle(): void {
    const model = this.#model;
    if (!model) return;
    const { encoding, disk } = this.state.get();
    const dirty = model.isDirty(encoding);
    this.#patch({ dirty, ...(dirty ? {} : { saveProblem: null }) });
    if (!dirty) {
      void this.#keeper.discard();
      if (disk.kind === "changed") void this.checkDisk();
    }
  }

  /**
   * Writes the text to the file; resolves with whether it is saved. Asked for while it is being written, it is written again after that; while it is being read, as soon as
   * its text is there.
   */
  save(): Promise<boolean> {
    return (this.#writing = this.#writing.then(() => this.#loading).then(() => this.#write(false)));
  }

  /** Writes the text over what was found on the disk, and over nothing that came after it. */
  overwrite(): Promise<boolean> {
    // What is not shown nobody can have decided about.
    if (this.state.get().phase !== "text") return Promise.resolve(false);
    return (this.#writing = this.#writing.then(() => this.#write(true)));
  }

  async #write(over: boolean): Promise<boolean> {
    const model = this.#model;
    const { phase, dirty, hash, partial, encoding, disk } = this.state.get();
    // A file that was read again and is no text any more is not written over with the text from before.
    if (!model || phase !== "text" || partial) return false;
    if (!dirty && disk.kind !== "deleted") return true;
    const base = over && disk.kind === "changed" ? disk.hash : over && disk.kind === "deleted" ? null : hash;
    const { version } = model;
    const bytes = encodeText(model.text, encoding);
    if (bytes === null) {
      this.#patch({ saveProblem: unencodable(encoding) });
      return false;
    }
    this.#patch({ saving: true, saveProblem: null });
    try {
      this.#saved(version, encoding, await this.#file.write(bytes, base));
      return true;
    } catch (error) {
      const found = diskOf(error);
      const same = found?.kind === "changed" ? await this.#file.read().then((content) => (isSame(content.bytes, bytes) ? content : null), () => null) : null;
      if (same) {
        this.#saved(version, encoding, same);
        return true;
      }
      this.#patch(found ? { saving: false, disk: found } : { saving: false, saveProblem: toProblem(error) });
      return false;
    } finally {
      if (this.#checkAgain) void this.checkDisk();
    }
  }

  /** That version of the text is on the disk: it was written, or found there, as after a write whose answer was lost. */
  #saved(version: number, encoding: Encoding, { hash, sizeBytes }: { readonly hash: string; readonly sizeBytes: number }): void {
    this.#model?.saved(version, encoding);
    this.#patch({ saving: false, saveProblem: null, hash, sizeBytes, disk: { kind: "same" }, mixedLineEnds: false });
    this.#settle();
    // What was typed while it was being saved is kept with the new base.
    if (this.state.get().dirty) this.#keeper.recordWhole();
  }

  /** Lets go of what was typed and takes the text on the disk. It can be undone, as any edit. */
  async reload(): Promise<void> {
    const { phase } = this.state.get();
    if (phase !== "text" || !this.#model) return this.load();
    try {
      const { bytes, hash, sizeBytes } = await this.#file.read();
      const encoding = bytes === null ? null : detectEncoding(bytes);
      if (bytes === null || encoding === null) {
        this.#patch({ dirty: false });
        void this.#keeper.discard();
        return await this.load();
      }
      this.#takeOver(decodeText(bytes, encoding), { hash, sizeBytes, encoding });
    } catch (error) {
      this.#patch({ saveProblem: toProblem(error) });
    }
  }

  /** Reads the bytes again in another encoding. */
  async reopenWith(encoding: Encoding): Promise<void> {
    try {
      const { bytes, hash, sizeBytes } = await this.#file.read();
      if (bytes !== null) this.#takeOver(decodeText(bytes, encoding), { hash, sizeBytes, encoding });
    } catch (error) {
      this.#patch({ saveProblem: toProblem(error) });
    }
  }

  #takeOver(text: string, { hash, sizeBytes, encoding }: { readonly hash: string; readonly sizeBytes: number; readonly encoding: Encoding }): void {
    const model = this.#model;
    if (!model) return;
    model.replace(text);
    model.saved(model.version, encoding);
    this.#patch({ hash, sizeBytes, encoding, mixedLineEnds: lineEndsOf(text).mixed, disk: { kind: "same" }, saveProblem: null });
    this.#settle();
  }

  /** Something happened to the file. Looks at what is there now, once at a time. */
  async checkDisk(): Promise<void> {
    const { phase, saving } = this.state.get();
    if (this.#abort.signal.aborted) return;
    if (this.#checking || saving || phase === "loading") {
      this.#checkAgain = true;
      return;
    }
    this.#checking = true;
    this.#checkAgain = false;
    try {
      await this.#compareWithDisk();
    } finally {
      this.#checking = false;
    }
    if (this.#checkAgain) await this.checkDisk();
  }

  async #compareWithDisk(): Promise<void> {
    const { hash: before } = this.state.get();
    // What was found may be from before the file was written or read anew.
    const isLate = () => {
      const { phase, hash, saving } = this.state.get();
      return saving || phase === "loading" || hash !== before;
    };
    try {
      const content = await this.#file.read();
      this.#missed.done(DISK);
      if (isLate()) {
        this.#checkAgain = true;
        return;
      }
      const { phase, hash, dirty, partial } = this.state.get();
      if (content.hash === hash && phase !== "gone" && phase !== "failed") return this.#patch({ disk: { kind: "same" } });
      const encoding = content.bytes === null || imageType(this.#path) !== null ? null : detectEncoding(content.bytes);
      const model = this.#model;
      if (dirty && phase === "text" && model && isSame(content.bytes, encodeText(model.text, this.state.get().encoding))) return this.#saved(model.version, this.state.get().encoding, content);
      // Where no text is shown, what was typed is not brought back yet.
      if (dirty && phase === "text") return this.#patch({ disk: { kind: "changed", hash: content.hash } });
      if (phase !== "text" || partial || content.bytes === null || encoding === null) return await this.load();
      this.#takeOver(decodeText(content.bytes, encoding), { hash: content.hash, sizeBytes: content.sizeBytes, encoding });
    } catch (error) {
      const problem = toProblem(error);
      if (isPassing(problem)) return this.#missed.later(DISK);
      this.#missed.done(DISK);
      if (isLate()) this.#checkAgain = true;
      else if (problem.code === "entry_not_found") this.#patch(this.state.get().phase === "text" ? { disk: { kind: "deleted" } } : { phase: "gone", problem });
    }
  }

  setEncoding(encoding: Encoding): void {
    this.#patch({ encoding });
    this.#settle();
    if (this.state.get().dirty) this.#keeper.recordWhole();
  }

  setLineEnd(lineEnd: LineEnd): void {
    this.#model?.setLineEnd(lineEnd);
  }

  setLanguage(language: string): void {
    if (!this.#model) return;
    this.#model.setLanguage(language);
    this.#patch({ language });
  }

  /** The file has another name now; on the disk when `moving` is done. What was typed goes along. */
  rename(path: string, moving?: Promise<unknown>): void {
    // Saved before that, it would seem to be deleted.
    if (moving) this.#writing = Promise.allSettled([this.#writing, moving]).then(() => true);
    const before = this.#keeper;
    void before.discard().finally(() => before.dispose());
    this.#path = path;
    this.#file = this.#newFile();
    this.#keeper = this.#newKeeper();
    if (this.state.get().dirty) this.#keeper.recordWhole();
    if (this.#model) this.setLanguage(this.#model.languageFor(path));
  }

  /** Forgets what was typed, on the server too. */
  async discard(): Promise<void> {
    await this.#keeper.discard();
  }

  get keeper(): BufferKeeper {
    return this.#keeper;
  }

  dispose(): void {
    this.#abort.abort();
    this.#missed.end();
    this.#keeper.dispose();
    this.#model?.dispose();
    this.#model = null;
    const { imageUrl } = this.state.get();
    if (imageUrl !== null) URL.revokeObjectURL(imageUrl);
  }

  #showImage(blob: Blob, sizeBytes: number, hash: string): void {
    const { imageUrl: before } = this.state.get();
    this.#patch({ phase: "image", sizeBytes, hash, imageUrl: URL.createObjectURL(blob) });
    if (before !== null) URL.revokeObjectURL(before);
  }

  #newFile(): DocumentFile {
    return new DocumentFile(this.#path, { files: this.#deps.files, signal: this.#abort.signal });
  }

  #newKeeper(): BufferKeeper {
    return new BufferKeeper({
      store: this.#deps.bufferStore(this.#path),
      text: () => this.#model?.text ?? this.#kept?.text ?? "",
      baseHash: () => (this.#kept ? this.#kept.baseHash : this.state.get().hash),
      isOutOfStep: this.#deps.isOutOfStep,
      isHopeless: (error) => toProblem(error).kind === "too_large" || toProblem(error).code === "too_many_buffers",
      onKept: (problem) => this.#patch({ keepProblem: problem === null ? null : toProblem(problem) }),
    });
  }

  #patch(change: Partial<DocumentState>): void {
    if (this.#abort.signal.aborted) return;
    this.state.update((state) => ({ ...state, ...change }));
  }
}

function isSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one !== null && one.length === other?.length && one.every((byte, index) => byte === other[index]);
}
