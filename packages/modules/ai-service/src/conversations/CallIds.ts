import type { ModelMessage } from "../gateway/model-provider.ts";

const MAX_LENGTH = 40;
const ROOM_FOR_NUMBER = 8;

/**
 * Names of calls that are good everywhere: each once in a conversation, and of the characters and length that every provider takes. Servers number their calls anew with each
 * answer or write signs that others refuse, and the next model of the chain, or the parts of the message, must still tell one call from another.
 */
export class CallIds {
  readonly #used: Set<string>;

  constructor(messages: readonly ModelMessage[]) {
    this.#used = new Set(messages.flatMap((message) => (message.role === "assistant" ? message.toolCalls.map(({ id }) => id) : [])));
  }

  /** The id itself where it can stay. */
  take(id: string): string {
    const plain = id.replace(/[^A-Za-z0-9_-]/g, "_");
    const base = plain.length <= MAX_LENGTH ? plain || "call" : plain.slice(0, MAX_LENGTH - ROOM_FOR_NUMBER);
    let free = base;
    for (let number = 2; this.#used.has(free); number += 1) free = `${base.slice(0, MAX_LENGTH - ROOM_FOR_NUMBER)}_${number}`;
    this.#used.add(free);
    return free;
  }
}
