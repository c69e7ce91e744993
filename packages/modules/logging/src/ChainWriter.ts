import { unlessExists, type IDatabase } from "@coder/db";
import { isAppError, type OrganizationId } from "@coder/shared";
import { chainIdOf, GENESIS_HASH, link, type ChainContent, type ChainHead } from "./chain.ts";
import { auditChainEntity, auditEntryEntity } from "./entities.ts";
import { chainConflict } from "./errors.ts";

const MAX_BATCH = 100;
const MAX_RELINKS = 50;
/** How many idle chains' heads are kept in memory; another one is read again. */
const MAX_KNOWN_HEADS = 1000;

interface Chain {
  readonly waiting: Waiting[];
  head: ChainHead | null;
  running: boolean;
}

interface Waiting {
  readonly content: ChainContent;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends to the chains. What arrives while a batch is being written goes into the next one together, so many writers cost one
 * statement per batch. The store's unique `(chainId, sequence)` decides between processes; the loser links its batch anew.
 */
export class ChainWriter {
  readonly #database: IDatabase;
  readonly #chains = new Map<string, Chain>();

  constructor(deps: { database: IDatabase }) {
    this.#database = deps.database;
  }

  /** Resolves once the entry is stored. An entry whose id is in the chain already is left as it is. */
  append(content: ChainContent): Promise<void> {
    const id = chainIdOf(content.organizationId);
    const chain: Chain = this.#chains.get(id) ?? { waiting: [], head: null, running: false };
    this.#chains.set(id, chain);
    const done = new Promise<void>((resolve, reject) => chain.waiting.push({ content, resolve, reject }));
    if (!chain.running) void this.#drain(id, chain);
    return done;
  }

  async #drain(id: string, chain: Chain): Promise<void> {
    chain.running = true;
    while (chain.waiting.length > 0) {
      const batch = chain.waiting.splice(0, MAX_BATCH);
      try {
        chain.head = await this.#write(id, chain.head, batch.map((item) => item.content));
        for (const item of batch) item.resolve();
      } catch (error) {
        chain.head = null;
        for (const item of batch) item.reject(error);
      }
    }
    chain.running = false;
    if (this.#chains.size > MAX_KNOWN_HEADS) this.#chains.delete(id);
  }

  async #write(id: string, knownHead: ChainHead | null, contents: readonly ChainContent[]): Promise<ChainHead> {
    const entries = this.#database.system("audit").repository(auditEntryEntity);
    let head = knownHead ?? (await this.#readHead(id, contents[0]?.organizationId ?? null));
    let rest = contents;
    for (let relinks = 0; relinks < MAX_RELINKS; relinks++) {
      const linked = link(head, rest);
      const last = linked.at(-1);
      if (!last) return head;
      try {
        await entries.insertMany(linked.map((entry) => ({ ...entry, chainId: id })));
        return { sequence: last.sequence, hash: last.hash };
      } catch (error) {
        if (!isAppError(error) || error.code !== "already_exists") throw error;
        head = await this.#readHead(id, rest[0]?.organizationId ?? null);
        const known = await Promise.all(rest.map((content) => entries.get(content.id)));
        rest = rest.filter((_, index) => !known[index]);
      }
    }
    throw chainConflict();
  }

  async #readHead(id: string, organizationId: OrganizationId | null): Promise<ChainHead> {
    const scope = this.#database.system("audit");
    const { items } = await scope.repository(auditEntryEntity).query({ chainId: id }, { sort: { field: "sequence", direction: "desc" }, limit: 1 });
    const [last] = items;
    if (last) return { sequence: last.sequence, hash: last.hash };
    const chains = scope.repository(auditChainEntity);
    const start = (await chains.get(id)) ?? (await unlessExists(chains.insert({ id, organizationId, prunedThrough: 0, prunedHash: GENESIS_HASH })));
    return { sequence: start?.prunedThrough ?? 0, hash: start?.prunedHash ?? GENESIS_HASH };
  }
}
