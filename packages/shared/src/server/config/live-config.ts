import { sameValue } from "./values.ts";

/** A module's settings as they are now. A change swaps the whole frozen object, so a reader keeps a consistent one by holding it. */
export interface ILiveConfig<Value> {
  readonly value: Value;
  /** Calls back after each change. Returns the function that stops it. */
  onChange(listener: (value: Value) => void): () => void;
}

/** The loader's side of a live configuration. */
export class LiveValue<Value> implements ILiveConfig<Value> {
  #value: Value;
  readonly #listeners = new Set<{ readonly call: (value: Value) => void }>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  onChange(listener: (value: Value) => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Readers see the old object or the new one, never a mix. An equal value changes nothing; a failing listener stops no other. */
  swap(value: Value, onListenerError: (error: unknown) => void): void {
    if (sameValue(value, this.#value)) return;
    this.#value = value;
    for (const { call } of Array.from(this.#listeners)) {
      try {
        call(value);
      } catch (error) {
        onListenerError(error);
      }
    }
  }
}
