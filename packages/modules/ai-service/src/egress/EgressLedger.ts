import type { Egress, EgressPage, EndEgressInput, NoteEgressInput } from "@coder/api/ai-service";
import type { IDatabase } from "@coder/db";
import { actorOf, organizationOf, type Caller } from "@coder/shared";
import { notedFetch, type Fetch, type GuardedFetchOptions, type Settle } from "@coder/shared/server";
import { egressEntity } from "../entities.ts";

/** For whom and why something is sent. `secrets`: that were replaced in it. */
export interface Errand extends Pick<Egress, "endpoint" | "model" | "purpose" | "projectId" | "conversationId" | "secrets"> {
  readonly caller: Caller;
}

export interface EgressLedgerDeps {
  readonly database: IDatabase;
  readonly now: () => Date;
}

/** Every request that carries content to a model or an embeddings endpoint: noted before it leaves, and how it ended. A note that cannot be written stops the request. */
export class EgressLedger {
  readonly #deps: EgressLedgerDeps;

  constructor(deps: EgressLedgerDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }): Promise<EgressPage> {
    const page = await this.#rows(caller).query({}, { limit, cursor, sort: { field: "at", direction: "desc" } });
    return { items: page.items.map(({ etag: _etag, organizationId: _organization, ...entry }) => entry), nextCursor: page.nextCursor };
  }

  /** A guarded `fetch` whose requests are in the ledger. */
  fetch({ caller, ...errand }: Errand, guard: GuardedFetchOptions): { readonly fetch: Fetch; readonly settle: Settle } {
    return notedFetch(guard, { begin: (note) => this.#insert(caller, { ...errand, ...note }), end: (end) => this.end(caller, end) });
  }

  /** Of a module that asks an endpoint of its own. */
  async begin(caller: Caller, note: NoteEgressInput): Promise<void> {
    await this.#insert(caller, { ...note, conversationId: null });
  }

  async end(caller: Caller, { id, ...end }: EndEgressInput): Promise<void> {
    await this.#rows(caller).update(id, end);
  }

  async #insert(caller: Caller, note: NoteEgressInput & Pick<Egress, "conversationId">): Promise<void> {
    const row = { ...note, organizationId: organizationOf(caller), at: this.#deps.now().toISOString(), userId: actorOf(caller), responseBytes: 0, status: null, outcome: "open", tookMs: null } as const;
    await this.#rows(caller).insert(row);
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(egressEntity);
  }
}
