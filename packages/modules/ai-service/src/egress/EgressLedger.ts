import type { Egress, EgressPage, EndEgressInput, NoteEgressInput } from "@coder/api/ai-service";
import type { IDatabase } from "@coder/db";
import { actorOf, organizationOf, type Caller } from "@coder/shared";
import { notedFetch, type Fetch, type GuardedFetchOptions, type RequestEnd, type RequestNote, type Settle } from "@coder/shared/server";
import { egressEntity, type EgressRow } from "../entities.ts";

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
  /** Ends that are being noted. */
  readonly #noting = new Set<Promise<void>>();

  constructor(deps: EgressLedgerDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }): Promise<EgressPage> {
    await Promise.allSettled(this.#noting);
    const page = await this.#rows(caller).query({}, { limit, cursor, sort: { field: "at", direction: "desc" } });
    return { items: page.items.map(({ etag: _etag, organizationId: _organization, ...entry }) => entry), nextCursor: page.nextCursor };
  }

  /** A guarded `fetch` whose requests are in the ledger. None leaves before `admitted`, which is waited for beside the note. */
  fetch({ caller, ...errand }: Errand, guard: GuardedFetchOptions, admitted: Promise<unknown>): { readonly fetch: Fetch; readonly settle: Settle } {
    const begin = async (note: RequestNote): Promise<void> => {
      // The id is a new one, so this inserts; as a put it is one statement that is made once, where Prisma plans an insert anew each time.
      await this.#rows(caller).putMany([rowOf(caller, { ...errand, ...note }, this.#deps.now())], { newer: "requestBytes" });
      try {
        await admitted;
      } catch (error) {
        await this.end(caller, { id: note.id, responseBytes: 0, status: null, outcome: "cancelled", tookMs: 0 });
        throw error;
      }
    };
    const end = (noted: RequestEnd): Promise<void> => {
      const noting = this.end(caller, noted);
      this.#noting.add(noting);
      return noting.finally(() => this.#noting.delete(noting));
    };
    return notedFetch(guard, { begin, end });
  }

  /** Of a module that asks an endpoint of its own. */
  async begin(caller: Caller, note: NoteEgressInput): Promise<void> {
    await this.#rows(caller).insert(rowOf(caller, { ...note, conversationId: null }, this.#deps.now()));
  }

  async end(caller: Caller, { id, ...end }: EndEgressInput): Promise<void> {
    await this.#rows(caller).update(id, end);
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(egressEntity);
  }
}

function rowOf(caller: Caller, note: NoteEgressInput & Pick<Egress, "conversationId">, at: Date): EgressRow {
  return { ...note, organizationId: organizationOf(caller), at: at.toISOString(), userId: actorOf(caller), responseBytes: 0, status: null, outcome: "open", tookMs: null };
}
