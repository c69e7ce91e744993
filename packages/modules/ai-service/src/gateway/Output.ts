import type { ModelEvent } from "./model-provider.ts";
import type { Tokens } from "./Tokens.ts";

/**
 * Where an answer is clearly longer than the tokens it was allowed. A server that keeps to the limit counts by its own tokenizer, and no one number of ours tells: one made for another script makes one token of what are five here, and
 * nearly all make one of a hundred blanks. But one made for the script at hand makes tokens of less than eight characters on the average; where they are longer, as runs of blanks are, ours are as well. So both must be passed, which an
 * answer within its limit could only by saying one rare long word over and over.
 */
const CHARS_PER_TOKEN = 8;
const CAUTION = 2;
/** A few tokens have no average. */
const SLACK_TOKENS = 64;
/** Counted anew when it has grown by this, so that a long answer takes no time that grows with its square. */
const GROWTH = 1.25;

/** What a model has written in one answer: words, reasoning, and calls of tools, also those that are not whole. */
export class Output {
  readonly #tokens: Tokens;
  readonly #limit: number;
  /** By its id, a call that still grows. */
  readonly #growing = new Map<string, string>();
  #text = "";
  #chars = 0;
  #countedAt: number;

  constructor(tokens: Tokens, maxOutputTokens: number) {
    this.#tokens = tokens;
    this.#limit = maxOutputTokens + SLACK_TOKENS;
    this.#countedAt = this.#limit * CHARS_PER_TOKEN;
  }

  get isEmpty(): boolean {
    return this.#chars === 0;
  }

  note(event: ModelEvent): void {
    if (event.kind === "text" || event.kind === "reasoning") this.#write(event.text);
    else if (event.kind === "tool_delta") this.#grow(event.id, event.name + event.input);
    else if (event.kind === "tool_call") {
      this.#grow(event.call.id, "");
      this.#write(event.call.name + event.call.input);
    }
  }

  count(): number {
    return this.#tokens.count(this.#text + [...this.#growing.values()].join(""));
  }

  /** By any tokenizer, it is more than was allowed. */
  isBeyond(): boolean {
    if (this.#chars <= this.#countedAt) return false;
    this.#countedAt = this.#chars * GROWTH;
    return this.count() > this.#limit * CAUTION;
  }

  #write(text: string): void {
    this.#text += text;
    this.#chars += text.length;
  }

  #grow(id: string, call: string): void {
    this.#chars += call.length - (this.#growing.get(id)?.length ?? 0);
    this.#growing.set(id, call);
  }
}
