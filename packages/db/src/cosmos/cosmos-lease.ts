import type { Container } from "@azure/cosmos";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { codeOf } from "./cosmos-errors.ts";

const Lease = z.object({ holder: z.string().nullable(), _etag: z.string() });
const ID = "outbox-relay";

/**
 * One holder at a time, without trusting anybody's clock: whoever wants the lease watches it, and takes it over only after it has
 * stood unrenewed for the full time by the watcher's own stopwatch.
 */
export class CosmosLease {
  readonly #container: () => Promise<Container>;
  readonly #lengthMs: number;
  readonly #me: string = randomUUID();
  #renewedAt: number | null = null;
  #watched: { readonly etag: string; readonly since: number } | null = null;

  constructor(container: () => Promise<Container>, lengthMs: number) {
    this.#container = container;
    this.#lengthMs = lengthMs;
  }

  /** Whether it is ours now. Renews it when a third of its time is over. */
  async acquire(): Promise<boolean> {
    if (this.#renewedAt !== null && performance.now() - this.#renewedAt < this.#lengthMs / 3) return true;
    const startedAt = performance.now();
    const container = await this.#container();
    const { resource } = await container.item(ID, ID).read();
    if (resource === undefined) return this.#settle(() => container.items.create({ id: ID, pk: ID, holder: this.#me }), startedAt);
    const lease = Lease.parse(resource);
    if (lease.holder !== null && lease.holder !== this.#me && !this.#isStale(lease._etag)) {
      this.#renewedAt = null;
      return false;
    }
    return this.#settle(() => container.item(ID, ID).replace({ id: ID, pk: ID, holder: this.#me }, { accessCondition: { type: "IfMatch", condition: lease._etag } }), startedAt);
  }

  async release(): Promise<void> {
    if (this.#renewedAt === null) return;
    this.#renewedAt = null;
    await (await this.#container()).item(ID, ID).replace({ id: ID, pk: ID, holder: null });
  }

  #isStale(etag: string): boolean {
    if (this.#watched?.etag !== etag) this.#watched = { etag, since: performance.now() };
    return performance.now() - this.#watched.since > this.#lengthMs;
  }

  async #settle(write: () => Promise<unknown>, startedAt: number): Promise<boolean> {
    try {
      await write();
      this.#renewedAt = startedAt;
      return true;
    } catch (error) {
      if (codeOf(error) !== 409 && codeOf(error) !== 412) throw error;
      this.#renewedAt = null;
      return false;
    }
  }
}
