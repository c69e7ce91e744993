import type { ConversationEvent, Message, Part, Usage } from "@coder/api/ai-service";
import type { Stored } from "@coder/db";
import type { AppError, Caller } from "@coder/shared";
import type { MessageRow } from "../entities.ts";
import { type ConversationStore, messageOf } from "./ConversationStore.ts";
import { joinPieces } from "./parts.ts";

const FLUSH_MS = 300;
/** How often it is looked whether somebody wants the end, while there is nothing to store. */
const LOOK_MS = 1_000;
const ALIVE_MS = 15_000;

export interface AnswerWriterDeps {
  readonly store: ConversationStore;
  readonly caller: Caller;
  readonly row: Stored<MessageRow>;
  readonly siblings: Message["siblings"];
  readonly now: () => Date;
  readonly tell: (event: ConversationEvent) => void;
  /** Somebody asked for the end of the answer, at whatever process. */
  readonly onStop: () => void;
}

/** Writes an answer as it comes: to whoever looks at once, and to the store a moment later, so that a process that dies loses no more than that moment. */
export class AnswerWriter {
  readonly #deps: AnswerWriterDeps;
  #row: Stored<MessageRow>;
  #parts: Part[] = [];
  #unsaved: Part[] = [];
  #ordinal = 0;
  #saving: Promise<void> = Promise.resolve();
  #savedAt = 0;
  #usage: Usage | null = null;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(deps: AnswerWriterDeps) {
    this.#deps = deps;
    this.#row = deps.row;
    this.#timer = setInterval(() => void this.save().catch(() => undefined), FLUSH_MS);
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }

  text(text: string): void {
    if (text === "") return;
    const last = this.#parts.at(-1);
    const offset = last?.kind === "text" ? last.text.length : 0;
    const isNew = last?.kind !== "text";
    this.#add({ kind: "text", text });
    if (isNew) this.#tellAll();
    else this.#deps.tell({ kind: "text", messageId: this.#row.id, part: this.#parts.length - 1, offset, text });
  }

  part(part: Exclude<Part, { kind: "text" }>): void {
    this.#add(part);
    this.#tellAll();
  }

  model(model: string): void {
    if (this.#row.model === model) return;
    this.#row = { ...this.#row, model };
    this.#tellAll();
  }

  spent({ inputTokens, outputTokens, costMicroUsd }: Usage): void {
    const before = this.#usage ?? { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 };
    this.#usage = { inputTokens: before.inputTokens + inputTokens, outputTokens: before.outputTokens + outputTokens, costMicroUsd: before.costMicroUsd + costMicroUsd };
  }

  /** Stores what is not stored yet, and that somebody still writes. */
  save(): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#save());
    return this.#saving;
  }

  async end(state: MessageRow["state"], error: AppError | null = null): Promise<void> {
    clearInterval(this.#timer);
    await this.save();
    const problem = error ? { code: error.code, message: error.message, remedy: error.remedy } : null;
    const { store, caller } = this.#deps;
    const ended = { state, problem, usage: this.#usage, model: this.#row.model };
    await store.updateMessage(caller, this.#row.id, ended);
    this.#row = { ...this.#row, ...ended };
    await store.touch(caller, this.#row.conversationId);
    this.#tellAll();
  }

  #add(piece: Part): void {
    this.#parts = joinPieces([...this.#parts, piece]);
    this.#unsaved = joinPieces([...this.#unsaved, piece]);
  }

  async #save(): Promise<void> {
    const { store, caller, now, onStop } = this.#deps;
    if (this.#unsaved.length === 0 && performance.now() - this.#savedAt < LOOK_MS) return;
    this.#savedAt = performance.now();
    const pieces = this.#unsaved;
    this.#unsaved = [];
    const from = this.#ordinal;
    this.#ordinal += pieces.length;
    try {
      await store.addPieces(caller, this.#row, from, pieces);
    } catch (error) {
      // Kept for the next time.
      this.#ordinal = from;
      this.#unsaved = joinPieces([...pieces, ...this.#unsaved]);
      throw error;
    }
    const row = await store.updateMessage(caller, this.#row.id, { aliveUntil: new Date(now().getTime() + ALIVE_MS).toISOString(), model: this.#row.model });
    if (pieces.length > 0) await store.touch(caller, this.#row.conversationId);
    // Deleted, or stopped.
    if (!row || row.stopped) onStop();
  }

  #tellAll(): void {
    this.#deps.tell({ kind: "message", message: messageOf({ row: { ...this.#row, usage: this.#usage }, parts: this.#parts }, this.#deps.siblings) });
  }
}
