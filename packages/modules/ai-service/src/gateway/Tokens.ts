import type { countTokens as CountTokens } from "gpt-tokenizer/encoding/o200k_base";
import type { ModelRequest } from "./model-provider.ts";

/** UTF-16 units of the texts whose counts are kept. */
const KEPT_CHARS = 4_000_000;
const PER_MESSAGE = 8;
/** Counted in pieces of this length, so that a text without blanks takes no time that grows with its square. */
const PIECE = 4_000;
/** Tokenizers differ: what is reserved allows for one that makes more of the same text. What is billed is settled by the provider's own count. */
const CAUTION = { openai: 1.1, other: 1.6 } as const;

/** Where tokens are counted, made when first asked for: the tokenizer takes 70 MB, and an installation without a model counts none. */
export function tokensWhenNeeded(): () => Promise<Tokens> {
  let tokens: Tokens | undefined;
  return async () => {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
    return (tokens ??= new Tokens(countTokens));
  };
}

/** Counts tokens as OpenAI's models do. Texts that come again, as those of a conversation do with each turn, are counted once. */
export class Tokens {
  readonly #countTokens: typeof CountTokens;
  readonly #known = new Map<string, number>();
  #chars = 0;

  constructor(countTokens: typeof CountTokens) {
    this.#countTokens = countTokens;
  }

  count(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    let tokens = 0;
    for (let at = 0; at < text.length; at += PIECE) tokens += this.#countTokens(text.slice(at, at + PIECE), { disallowedSpecial: new Set() });
    this.#known.set(text, tokens);
    this.#chars += text.length;
    for (const oldest of this.#known.keys()) {
      if (this.#chars <= KEPT_CHARS) break;
      this.#known.delete(oldest);
      this.#chars -= oldest.length;
    }
    return tokens;
  }

  /** Of all that is sent. */
  ofRequest({ system, messages, tools }: Omit<ModelRequest, "model">): number {
    const texts = [system, ...tools.map((tool) => JSON.stringify(tool)), ...messages.flatMap((message) => (message.role === "assistant" ? [message.text, ...message.toolCalls.map(({ name, input }) => name + input)] : [message.text]))];
    return texts.reduce((sum, text) => sum + this.count(text) + PER_MESSAGE, 0);
  }

  /** What the input may come to at most, by the tokenizer of that host. */
  worstCase(counted: number, url: string): number {
    return Math.ceil(counted * (URL.parse(url)?.hostname === "api.openai.com" ? CAUTION.openai : CAUTION.other));
  }
}
