import type { TextEdit } from "./minimal-edit.ts";

export type BufferChange = { readonly text: string } | { readonly edits: TextEdit[] };

/** Where unsaved text is kept. */
export interface IBufferStore {
  /** Resolves with the revision that the buffer has then. Throws `buffer_out_of_step` (conflict) when the one named is not the last. */
  save(input: { readonly revision: number; readonly baseHash: string | null; readonly change: BufferChange }): Promise<{ readonly revision: number }>;
  discard(): Promise<void>;
}

interface BufferKeeperDeps {
  readonly store: IBufferStore;
  /** The whole text as it is now. */
  readonly text: () => string;
  /** What it was last saved as; null where there is no file. */
  readonly baseHash: () => string | null;
  /** Whether an error means that edits and buffer do not fit together any more. */
  readonly isOutOfStep: (error: unknown) => boolean;
  /** Whether trying again soon can help: not where the text is too long to be kept. */
  readonly isHopeless: (error: unknown) => boolean;
  /** Null while what was typed is safe; else why it cannot be kept. */
  readonly onKept: (problem: unknown) => void;
}

/** From the first edit: a fixed time and no debounce, or steady typing would put it off for ever. */
export const KEEP_AFTER_MS = 100;
const RETRY_MS = 2_000;
const HOPELESS_RETRY_MS = 60_000;
/** Above this the whole text is as cheap. */
const MAX_EDITS = 500;
const MAX_INSERTED = 262_144;

/** Keeps the unsaved text of one file on the server, edit by edit and in order. */
export class BufferKeeper {
  readonly #deps: BufferKeeperDeps;
  #edits: TextEdit[] = [];
  #inserted = 0;
  /** The next message carries the whole text. */
  #whole = true;
  #pending = false;
  #revision = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> | null = null;
  /** The server has a text, or may have one. */
  #present = false;
  /** Nothing is to be kept until somebody types. */
  #over = false;

  constructor(deps: BufferKeeperDeps) {
    this.#deps = deps;
  }

  /** The server holds this already: the text was brought back from it. */
  adopt(revision: number): void {
    this.#revision = revision;
    this.#whole = false;
    this.#present = true;
  }

  /** Edits in the order in which they were made. */
  record(edits: readonly TextEdit[]): void {
    if (!this.#whole) {
      this.#edits.push(...edits);
      this.#inserted += edits.reduce((sum, { insert }) => sum + insert.length, 0);
      if (this.#edits.length > MAX_EDITS || this.#inserted > MAX_INSERTED) this.#forgetEdits();
    }
    this.#want();
  }

  /** The text changed in a way that edits do not tell. */
  recordWhole(): void {
    this.#forgetEdits();
    this.#want();
  }

  /** The text is saved, or as it was saved: nothing is left to keep. */
  async discard(): Promise<void> {
    this.dispose();
    this.#forgetEdits();
    await this.#sending;
    // Typed again meanwhile, or never kept.
    if (this.#pending || !this.#present) return;
    this.#present = false;
    this.#revision = 0;
    this.#deps.onKept(null);
    await this.#deps.store.discard().catch(() => {
      this.#present = true;
    });
  }

  /** Sends what is left at once, as when the page is about to go. */
  async flush(): Promise<void> {
    this.#disarm();
    await this.#sending;
    if (this.#pending) await this.#send();
  }

  /**
   * What the server has not said that it has, for a page that goes: a message that waits for none before it, and the revision after which it has arrived. What is on its
   * way goes once more, because the browser may break it off. Null when all is kept, or nothing is to be.
   */
  takePending(): { readonly message: Parameters<IBufferStore["save"]>[0]; readonly after: number } | null {
    // What is being let go would be there again, should the page come back into view.
    if (this.#over || (!this.#pending && !this.#sending)) return null;
    const change = this.#whole || this.#sending ? { text: this.#deps.text() } : { edits: [...this.#edits] };
    return { message: { revision: this.#revision, baseHash: this.#deps.baseHash(), change }, after: this.#pending && this.#sending ? this.#revision + 1 : this.#revision };
  }

  dispose(): void {
    this.#disarm();
    this.#pending = false;
    this.#over = true;
  }

  #want(): void {
    this.#over = false;
    this.#pending = true;
    this.#arm(KEEP_AFTER_MS);
  }

  #forgetEdits(): void {
    this.#edits = [];
    this.#inserted = 0;
    this.#whole = true;
  }

  #arm(milliseconds: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#sending) this.#arm(KEEP_AFTER_MS);
      else if (this.#pending) void this.#send();
    }, milliseconds);
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #send(): Promise<void> {
    this.#sending = this.#sendNow().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendNow(): Promise<void> {
    const edits = this.#edits;
    const change = this.#whole ? { text: this.#deps.text() } : { edits };
    this.#edits = [];
    this.#inserted = 0;
    this.#whole = false;
    this.#pending = false;
    try {
      const { revision } = await this.#deps.store.save({ revision: this.#revision, baseHash: this.#deps.baseHash(), change });
      this.#revision = revision;
      this.#present = true;
      this.#deps.onKept(null);
    } catch (error) {
      // Whether it arrived is not known, so the whole text goes next; or it is let go, whatever it is.
      this.#forgetEdits();
      this.#present = true;
      if (this.#over) return;
      this.#pending = true;
      const outOfStep = this.#deps.isOutOfStep(error);
      if (!outOfStep) this.#deps.onKept(error);
      this.#arm(outOfStep ? 0 : this.#deps.isHopeless(error) ? HOPELESS_RETRY_MS : RETRY_MS);
    }
  }
}
