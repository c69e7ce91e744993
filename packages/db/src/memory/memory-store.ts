import type { OutboxItem } from "@coder/shared/server";
import { outboxItems } from "../outbox-item.ts";
import type { OnceKey, PreparedEffects, StoredRecord } from "../table-driver.ts";

/** All that a memory database holds. Every change is one synchronous step, so nothing is ever seen half done. */
export class MemoryStore {
  readonly #tables = new Map<string, Map<string, StoredRecord>>();
  readonly #onceKeys = new Map<string, string | null>();
  readonly #listeners = new Set<() => void>();
  readonly items: OutboxItem[] = [];

  table(name: string): Map<string, StoredRecord> {
    let table = this.#tables.get(name);
    if (!table) this.#tables.set(name, (table = new Map()));
    return table;
  }

  /** The row that the first write with this key touched; undefined when there was none. */
  firstWrite(once: OnceKey): string | null | undefined {
    return this.#onceKeys.get(nameOf(once));
  }

  /** Keeps what a write leaves behind. */
  leave(effects: PreparedEffects, row: StoredRecord | undefined): void {
    if (effects.once) this.#onceKeys.set(nameOf(effects.once), effects.once.rowId);
    this.items.push(...structuredClone(outboxItems(effects, row, null)));
    if (effects.messages.length > 0) for (const listener of this.#listeners) queueMicrotask(listener);
  }

  onWrite(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function nameOf({ tenant, table, key }: OnceKey): string {
  return JSON.stringify([tenant, table, key]);
}
