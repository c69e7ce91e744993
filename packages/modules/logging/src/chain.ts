import { createHash } from "node:crypto";
import type { AuditEntry, ChainReport } from "@coder/api/logging";
import type { OrganizationId } from "@coder/shared";
import canonicalize from "canonicalize";

/** What the first entry of a chain links to. */
export const GENESIS_HASH = "0".repeat(64);

/** The chain of what belongs to no organization. */
export const INSTALLATION_CHAIN = "installation";

export function chainIdOf(organizationId: OrganizationId | null): string {
  return organizationId ?? INSTALLATION_CHAIN;
}

/** Everything of an entry but its place in the chain. */
export type ChainContent = Omit<AuditEntry, "sequence" | "previousHash" | "hash">;

export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

/** Gives the contents their places behind `head`. */
export function link(head: ChainHead, contents: readonly ChainContent[]): AuditEntry[] {
  let { sequence, hash } = head;
  return contents.map((content) => {
    const unhashed = { ...content, sequence: ++sequence, previousHash: hash };
    hash = hashOf(unhashed);
    return { ...unhashed, hash };
  });
}

/** SHA-256 (hex) of the entry's canonical JSON (RFC 8785), which contains the hash before it. */
export function hashOf(entry: Omit<AuditEntry, "hash">): string {
  const canonical = canonicalize(entry);
  if (canonical === undefined) throw new TypeError("An audit entry must be JSON");
  return createHash("sha256").update(canonical).digest("hex");
}

/** Follows a chain entry by entry, oldest first, and remembers the first thing that is not as it was written. */
export class ChainVerifier {
  #head: ChainHead;
  #first: number | null = null;
  #checked = 0;
  #brokenAt: ChainReport["brokenAt"] = null;

  /** `start` is the head before the first entry that is still there. */
  constructor(start: ChainHead) {
    this.#head = start;
  }

  get broken(): boolean {
    return this.#brokenAt !== null;
  }

  add(entry: AuditEntry): void {
    if (this.broken) return;
    const { hash, ...rest } = entry;
    if (entry.sequence !== this.#head.sequence + 1) this.#brokenAt = { sequence: this.#head.sequence + 1, reason: "missing" };
    else if (entry.previousHash !== this.#head.hash) this.#brokenAt = { sequence: entry.sequence, reason: "relinked" };
    else if (hashOf(rest) !== hash) this.#brokenAt = { sequence: entry.sequence, reason: "altered" };
    this.#first ??= entry.sequence;
    this.#checked++;
    this.#head = { sequence: entry.sequence, hash };
  }

  report(): ChainReport {
    return {
      intact: !this.broken,
      checked: this.#checked,
      firstSequence: this.#first,
      lastSequence: this.#first === null ? null : this.#head.sequence,
      head: this.#first === null ? null : this.#head.hash,
      brokenAt: this.#brokenAt,
    };
  }
}
