import type { ConversationId, Egress, EgressPage } from "@coder/api/ai-service";
import type { IDatabase } from "@coder/db";
import { actorOf, organizationOf, type Caller } from "@coder/shared";
import { guardedFetch, newId, type Fetch, type GuardedFetchOptions } from "@coder/shared/server";
import { egressEntity } from "../entities.ts";

/** For whom and why something is sent. */
export interface Errand {
  readonly caller: Caller;
  readonly endpoint: string;
  readonly model: string | null;
  readonly purpose: Egress["purpose"];
  readonly conversationId: ConversationId | null;
  /** Secrets that were replaced in it. */
  readonly secrets: number;
}

export interface EgressLedgerDeps {
  readonly database: IDatabase;
  readonly now: () => Date;
}

/** Notes every request before it leaves, and how it ended. Nothing leaves unnoted: a note that cannot be written stops the request. */
export class EgressLedger {
  readonly #deps: EgressLedgerDeps;

  constructor(deps: EgressLedgerDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }): Promise<EgressPage> {
    const page = await this.#rows(caller).query({}, { limit, cursor, sort: { field: "at", direction: "desc" } });
    return { items: page.items.map(({ etag: _etag, organizationId: _organization, ...entry }) => entry), nextCursor: page.nextCursor };
  }

  /** A guarded `fetch` whose requests are in the ledger. `settle` notes how those ended whose answer was not read to its end, and waits until all is noted. */
  fetch(errand: Errand, guard: GuardedFetchOptions): { readonly fetch: Fetch; readonly settle: Settle } {
    const noting: Promise<void>[] = [];
    const ends: ((outcome: Egress["outcome"]) => void)[] = [];
    const noted: Fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const begun = performance.now();
      const id = newId();
      const note: Note = { responseBytes: 0, status: null, outcome: "open" };
      await this.#begin(id, errand, url, typeof init?.body === "string" ? Buffer.byteLength(init.body) : 0);
      const end = (outcome: Egress["outcome"]): void => {
        if (note.outcome !== "open") return;
        note.outcome = outcome;
        noting.push(this.#end(errand.caller, id, note, Math.round(performance.now() - begun)));
      };
      ends.push(end);
      // An answer that was left ends in one way or another; why it did is for whoever left to say.
      const unlessLeft: typeof end = (outcome) => {
        if (init?.signal?.aborted !== true) end(outcome);
      };
      const send = guardedFetch({
        ...guard,
        onBytes: (count) => {
          note.responseBytes += count;
          guard.onBytes?.(count);
        },
      });
      try {
        const answer = await send(input, init);
        note.status = answer.status;
        return answer.body === null ? (end("done"), answer) : new Response(watched(answer.body, unlessLeft), { status: answer.status, headers: answer.headers });
      } catch (error) {
        unlessLeft("failed");
        throw error;
      }
    };
    const settle: Settle = async (outcome) => {
      for (const end of ends) end(outcome);
      await Promise.all(noting);
    };
    return { fetch: noted, settle };
  }

  async #begin(id: string, { caller, endpoint, model, purpose, conversationId, secrets }: Errand, url: URL, requestBytes: number): Promise<void> {
    await this.#rows(caller).insert({
      id, organizationId: organizationOf(caller), at: this.#deps.now().toISOString(), endpoint, host: url.host, path: url.pathname.slice(0, 500), model, purpose,
      userId: actorOf(caller), conversationId, requestBytes, responseBytes: 0, secrets, status: null, outcome: "open", tookMs: null,
    });
  }

  async #end(caller: Caller, id: string, { responseBytes, status, outcome }: Note, tookMs: number): Promise<void> {
    // The request is in the ledger; that its end cannot be noted changes nothing about what was sent.
    await this.#rows(caller).update(id, { responseBytes, status, outcome, tookMs }).catch(() => undefined);
  }

  #rows(caller: Caller) {
    return this.#deps.database.for(caller).repository(egressEntity);
  }
}

export type Settle = (outcome: Egress["outcome"]) => Promise<void>;

interface Note {
  responseBytes: number;
  status: number | null;
  outcome: Egress["outcome"];
}

/** The same stream, and how it ends. */
function watched(body: ReadableStream<Uint8Array>, end: (outcome: Egress["outcome"]) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (value) controller.enqueue(value);
        if (!done) return;
        end("done");
        controller.close();
      } catch (error) {
        end("failed");
        throw error;
      }
    },
    // Whoever reads may have had enough, or have been told to stop: that is for them to say.
    cancel: (reason) => reader.cancel(reason),
  });
}
