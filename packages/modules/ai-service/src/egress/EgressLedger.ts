import type { Egress, EgressPage, EndEgressInput, NoteEgressInput } from "@coder/api/ai-service";
import type { IDatabase } from "@coder/db";
import { actorOf, organizationOf, type Caller } from "@coder/shared";
import { notedFetch, type Fetch, type GuardedFetchOptions, type RequestEnd, type RequestNote, type Settle } from "@coder/shared/server";
import { egressEntity, type EgressRow } from "../entities.ts";
import { PATIENCE_MS } from "../patience.ts";

/** For whom and why something is sent. `secrets`: that were replaced in it. */
export interface Errand extends Pick<Egress, "endpoint" | "model" | "purpose" | "projectId" | "conversationId" | "secrets"> {
  readonly caller: Caller;
}

/** Writes the line of a request that may leave. */
export type Admit = (line: EgressRow) => Promise<unknown>;

/** Requests of an organization whose ends wait to be written. */
interface WaitingEnds {
  readonly caller: Caller;
  readonly rows: EgressRow[];
  readonly written: PromiseWithResolvers<void>;
}

export interface EgressLedgerDeps {
  readonly database: IDatabase;
  readonly now: () => Date;
}

/** Every request that carries content to a model or an embeddings endpoint: noted before it leaves, and how it ended. A note that cannot be written stops the request. */
export class EgressLedger {
  readonly #deps: EgressLedgerDeps;
  readonly #waiting = new Map<string, WaitingEnds>();
  /** Ends that are not written yet. */
  readonly #noting = new Set<Promise<void>>();

  constructor(deps: EgressLedgerDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }): Promise<EgressPage> {
    for (const organizationId of this.#waiting.keys()) this.#writeEnds(organizationId);
    await Promise.allSettled(this.#noting);
    const page = await this.#rows(caller).query({}, { limit, cursor, sort: { field: "at", direction: "desc" } });
    return { items: page.items.map(({ etag: _etag, organizationId: _organization, version: _version, ...entry }) => entry), nextCursor: page.nextCursor };
  }

  /** A guarded `fetch` whose requests are in the ledger: none leaves before its line is written. `admit` writes that of the first one; where it refuses, nothing leaves at all. */
  fetch({ caller, ...errand }: Errand, guard: GuardedFetchOptions, admit?: Admit): { readonly fetch: Fetch; readonly settle: Settle } {
    const begun = new Map<string, EgressRow>();
    let admitted: Promise<unknown> | null = null;
    const begin = async (note: RequestNote): Promise<void> => {
      const row = rowOf(caller, { ...errand, ...note }, this.#deps.now());
      begun.set(note.id, row);
      if (admit && admitted === null) return void (await (admitted = admit(row)));
      await admitted;
      // The id is a new one, so this inserts; as a put it is one statement that is made once, where Prisma plans an insert anew each time.
      await this.#rows(caller).putMany([row], { newer: "version" });
    };
    const end = async (ended: RequestEnd): Promise<void> => {
      const row = begun.get(ended.id);
      if (row) await this.#writeSoon(caller, { ...row, ...ended, version: 1 });
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

  #writeSoon(caller: Caller, ended: EgressRow): Promise<void> {
    const waiting = this.#waiting.get(ended.organizationId) ?? { caller, rows: [], written: Promise.withResolvers<void>() };
    waiting.rows.push(ended);
    const { promise } = waiting.written;
    if (waiting.rows.length === 1) {
      this.#waiting.set(ended.organizationId, waiting);
      this.#noting.add(promise);
      promise.catch(() => undefined).finally(() => this.#noting.delete(promise));
      setTimeout(() => this.#writeEnds(ended.organizationId), PATIENCE_MS);
    }
    return promise;
  }

  #writeEnds(organizationId: string): void {
    const waiting = this.#waiting.get(organizationId);
    if (!waiting) return;
    this.#waiting.delete(organizationId);
    waiting.written.resolve(this.#rows(waiting.caller).putMany(waiting.rows, { newer: "version" }).then(() => undefined));
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(egressEntity);
  }
}

function rowOf(caller: Caller, note: NoteEgressInput & Pick<Egress, "conversationId">, at: Date): EgressRow {
  return { ...note, organizationId: organizationOf(caller), at: at.toISOString(), userId: actorOf(caller), responseBytes: 0, status: null, outcome: "open", tookMs: null, version: 0 };
}
