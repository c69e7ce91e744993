import type { SystemReason } from "./database.ts";

/** Counts the cross-tenant work of this process by its reason, and tells whoever keeps a record of it. */
export class SystemWork {
  readonly uses = new Map<SystemReason, number>();
  readonly #onUse: ((reason: SystemReason) => void) | undefined;

  constructor(onUse?: (reason: SystemReason) => void) {
    this.#onUse = onUse;
  }

  note(reason: SystemReason): void {
    this.uses.set(reason, (this.uses.get(reason) ?? 0) + 1);
    this.#onUse?.(reason);
  }

  /** For the health page: `audit 12, sign-in 3`. */
  describe(): string {
    return [...this.uses].toSorted(([left], [right]) => left.localeCompare(right)).map(([reason, times]) => `${reason} ${times}`).join(", ");
  }
}
