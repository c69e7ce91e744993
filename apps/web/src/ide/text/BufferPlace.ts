import { inTurn } from "#lib/in-turn.ts";
import type { IBufferStore } from "./BufferKeeper.ts";

const RETRY_MS = 2_000;
/** No longer: the server lets go of whatever it has, and what it has then may be newer text, from another page of the same person. */
const RETRY_FOR_MS = 60_000;

/**
 * What the server keeps under one path, for every document that bears it in its time. It is asked one thing after another, so what is let go late takes nothing along that
 * was kept since; and what could not be let go is tried again, also when its document is closed: else it would come back as unsaved text.
 */
export class BufferPlace {
  readonly #server: IBufferStore;
  readonly #inTurn = inTurn();
  /** Whose text is wanted here; null when none is. */
  #keptFor: IBufferStore | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #left = false;

  constructor(server: IBufferStore) {
    this.#server = server;
  }

  /** For one more document. */
  enter(): IBufferStore {
    const own: IBufferStore = {
      save: (input) => {
        this.#keptFor = own;
        return this.#inTurn(() => this.#server.save(input));
      },
      discard: async () => {
        // Another document has kept its text over what this one lets go.
        if (this.#keptFor !== null && this.#keptFor !== own) return;
        this.#keptFor = null;
        const until = Date.now() + RETRY_FOR_MS;
        await this.#inTurn(() => this.#letGo(until));
      },
    };
    return own;
  }

  /** The page goes: nothing is asked again. */
  leave(): void {
    this.#left = true;
    this.#stopRetry();
  }

  async #letGo(until: number): Promise<void> {
    this.#stopRetry();
    try {
      await this.#server.discard();
    } catch (error) {
      if (!this.#left) this.#timer = setTimeout(() => this.#retry(until), RETRY_MS);
      throw error;
    }
  }

  #retry(until: number): void {
    this.#timer = null;
    // Looked at by the clock, because a machine may have slept in between.
    if (Date.now() > until) return;
    void this.#inTurn(async () => (this.#left || this.#keptFor !== null ? undefined : this.#letGo(until))).catch(() => undefined);
  }

  #stopRetry(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
