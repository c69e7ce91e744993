import type { Container } from "@azure/cosmos";
import type { IOutbox, OutboxItem, RefusedItem } from "@coder/shared/server";
import type { Logger } from "../logger.ts";
import { readItems, REFUSED_FOR_SECONDS } from "../outbox-item.ts";
import type { CosmosContainers } from "./cosmos-containers.ts";
import { CosmosDocumentSchema, hasRemains, type CosmosDocument, type WaitingEffect } from "./cosmos-document.ts";
import type { SystemWork } from "../system-work.ts";
import { codeOf, toAppError } from "./cosmos-errors.ts";
import { CosmosLease } from "./cosmos-lease.ts";

const LEASE_CONTAINER = "kernel_leases";
const LEASE_MS = 15_000;
const WAITING = "SELECT * FROM c WHERE IS_DEFINED(c.outbox)";
const MAX_TRIES = 50;

/** Where a claimed item lies, until it is marked done. */
interface Place {
  readonly container: Container;
  readonly id: string;
  readonly pk: string;
}

export interface CosmosOutboxDeps {
  readonly containers: CosmosContainers;
  readonly work: SystemWork;
  readonly log: Logger;
  /** Default 15,000. */
  readonly leaseMs: number | undefined;
}

/** The relay's side of the outbox: effects lie in the documents of the rows they belong to, and are taken out of them there. */
export class CosmosOutbox implements IOutbox {
  readonly #containers: CosmosContainers;
  readonly #work: SystemWork;
  readonly #log: Logger;
  readonly #lease: CosmosLease;
  readonly #listeners = new Set<() => void>();
  readonly #places = new Map<string, Place>();

  constructor({ containers, work, log, leaseMs = LEASE_MS }: CosmosOutboxDeps) {
    this.#containers = containers;
    this.#log = log;
    this.#work = work;
    this.#lease = new CosmosLease(() => containers.plain(LEASE_CONTAINER), leaseMs);
  }

  async claim(limit: number): Promise<readonly OutboxItem[]> {
    try {
      if (!(await this.#lease.acquire())) return [];
      this.#work.note("outbox-relay");
      const found = await Promise.all((await this.#containers.all()).filter(({ id }) => id !== LEASE_CONTAINER).map((container) => this.#waitingIn(container)));
      const { items, unreadable } = readItems(found.flat());
      if (unreadable.length > 0) {
        this.#log.error({ items: unreadable }, "The outbox holds effects that this version cannot read; they are set aside and tried again");
        await this.refuse(unreadable);
      }
      return items.toSorted((left, right) => (left.id < right.id ? -1 : 1)).slice(0, limit);
    } catch (error) {
      throw toAppError(error);
    }
  }

  async markDone(ids: readonly string[]): Promise<void> {
    const done = new Set(ids);
    await this.#change(ids, (outbox) => outbox.filter(({ id }) => !done.has(id)));
    for (const id of ids) this.#places.delete(id);
  }

  async refuse(items: readonly RefusedItem[]): Promise<void> {
    const reasons = new Map(items.map(({ id, reason }) => [id, reason]));
    const refusedAt = Date.now();
    await this.#change([...reasons.keys()], (outbox) => outbox.map((effect) => (reasons.has(effect.id) ? { ...effect, refusedAt, reason: reasons.get(effect.id) } : effect)));
  }

  /** Hears of writes in this process at once; what other processes wrote is found by polling. */
  async onWrite(listener: () => void): Promise<() => Promise<void>> {
    this.#listeners.add(listener);
    return async () => void this.#listeners.delete(listener);
  }

  written(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }

  async close(): Promise<void> {
    await this.#lease.release().catch(() => {});
  }

  async #waitingIn(container: Container): Promise<WaitingEffect[]> {
    const { resources } = await container.items.query(WAITING).fetchAll();
    const untilNow = Date.now() - REFUSED_FOR_SECONDS * 1_000;
    return resources.flatMap((resource) => {
      const { id, pk, outbox } = CosmosDocumentSchema.parse(resource);
      for (const item of outbox) this.#places.set(item.id, { container, id, pk });
      return outbox.filter(({ refusedAt = 0 }) => refusedAt < untilNow);
    });
  }

  async #change(ids: readonly string[], change: (outbox: readonly WaitingEffect[]) => readonly WaitingEffect[]): Promise<void> {
    const documents = new Map(ids.flatMap((id) => this.#places.get(id) ?? []).map((place) => [`${place.container.id}|${place.pk}|${place.id}`, place]));
    try {
      for (const place of documents.values()) await changeOutbox(place, change);
    } catch (error) {
      throw toAppError(error);
    }
  }
}

/** Changes the effects in a document, and removes the document when nothing of it is wanted any more. */
async function changeOutbox({ container, id, pk }: Place, change: (outbox: readonly WaitingEffect[]) => readonly WaitingEffect[]): Promise<void> {
  const item = container.item(id, pk);
  for (let tries = 1; ; tries += 1) {
    const { resource } = await item.read();
    if (resource === undefined) return;
    const document = CosmosDocumentSchema.parse(resource);
    const outbox = change(document.outbox);
    if (outbox.length === document.outbox.length && outbox.every((effect, place) => effect === document.outbox[place])) return;
    const accessCondition = { type: "IfMatch", condition: document._etag };
    try {
      if (document.gone && !hasRemains(document, document.keys, outbox)) await item.delete({ accessCondition });
      else await item.replace(withOutbox(document, outbox), { accessCondition });
      return;
    } catch (error) {
      if (codeOf(error) !== 412 || tries >= MAX_TRIES) throw error;
    }
  }
}

function withOutbox(document: CosmosDocument, outbox: readonly WaitingEffect[]): Record<string, unknown> {
  const { outbox: _handedOn, ...rest } = document;
  const expiry = document.gone && outbox.length === 0 ? { ttl: 30 * 86_400 } : {};
  return { ...rest, ...(outbox.length > 0 ? { outbox } : {}), ...expiry };
}
