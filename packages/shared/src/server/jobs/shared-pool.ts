import { EventEmitter } from "node:events";
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { PgNotification, PgPool, PgPoolClient, PgQueryResult } from "bullmq";
import pg from "pg";
import { isConnectionFailure } from "./queue-store.ts";

/**
 * The one LISTEN connection of the process. Every queue's worker waits on it; BullMQ alone would open one for each.
 * A drop is told to all that listen, and the next `listen` connects again.
 */
export class NotificationListener extends EventEmitter {
  readonly #config: pg.ClientConfig;
  #client: Promise<pg.Client> | null = null;
  #connected: pg.Client | null = null;
  #channels = new Map<string, Promise<unknown>>();

  constructor(config: pg.ClientConfig) {
    super();
    this.#config = config;
    this.setMaxListeners(0);
  }

  async listen(channel: string): Promise<void> {
    const known = this.#channels.get(channel);
    if (known) return void (await known);
    const listening = (this.#client ??= this.#connect()).then((client) => client.query(`listen ${pg.escapeIdentifier(channel)}`));
    this.#channels.set(channel, listening);
    await listening.catch((error: unknown) => {
      if (this.#channels.get(channel) === listening) this.#channels.delete(channel);
      throw error;
    });
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    this.#connected = null;
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    // Keepalive finds a connection that a network dropped without a word.
    const client = new pg.Client({ ...this.#config, keepAlive: true, keepAliveInitialDelayMillis: 10_000 });
    client.on("error", (error) => this.#lost(client, error));
    client.on("end", () => this.#lost(client, new Error("Connection terminated")));
    client.on("notification", (message) => this.emit("notification", message));
    try {
      await client.connect();
      this.#connected = client;
      return client;
    } catch (error) {
      this.#client = null;
      throw error;
    }
  }

  /** Told twice of one loss: the second time the next connection may be on its way. */
  #lost(client: pg.Client, error: Error): void {
    if (this.#connected !== client) return;
    this.#connected = null;
    this.#client = null;
    this.#channels = new Map();
    this.emit("lost", error);
  }
}

interface SharedConnections {
  readonly pool: pg.Pool;
  readonly listener: NotificationListener;
  /** Told when the server is found away, and with null when it answers again. */
  readonly onAway: (error: Error | null) => void;
}

/**
 * What BullMQ takes for a `pg.Pool`: the process' own pool and LISTEN connection, for one queue or worker.
 *
 * `patient` (workers): a query that finds the server away waits until it is back. That is safe because each is one transaction
 * that checks the job's lock: repeating one that did commit is refused, and the job is found again by the stalled check.
 * Otherwise BullMQ would take a lost connection for a failed job. What BullMQ does once and remembers (its schema check, LISTEN) is
 * patient for all: it would remember the failure.
 */
export class SharedPool extends EventEmitter implements PgPool {
  readonly #connections: SharedConnections;
  readonly #patient: boolean;
  readonly #abandon = new AbortController();
  /** Read by BullMQ: with keepalive it trusts the LISTEN connection and asks less often. */
  readonly options = { keepAlive: true };

  constructor(connections: SharedConnections, mode: { patient: boolean }) {
    super();
    this.#connections = connections;
    this.#patient = mode.patient;
  }

  /** Stops waiting for a server that is away. */
  abandon(): void {
    this.#abandon.abort();
  }

  query<Row>(text: string, params: readonly unknown[] = []): Promise<PgQueryResult<Row>> {
    return this.#persist(() => this.#query<Row>(text, params), this.#patient);
  }

  async connect(): Promise<PgPoolClient> {
    return new SharedClient({
      query: (text, params) => this.#persist(() => this.#query(text, params), true),
      listen: (channel) => this.#persist(() => this.#connections.listener.listen(channel), true),
      listener: this.#connections.listener,
    });
  }

  /** The connections outlive each single queue. */
  async end(): Promise<void> {
    this.abandon();
  }

  #query<Row>(text: string, params: readonly unknown[] = []): Promise<PgQueryResult<Row>> {
    const answer: Promise<pg.QueryResult> = this.#connections.pool.query(prepared(text, params));
    return answer;
  }

  async #persist<Result>(work: () => Promise<Result>, patient: boolean): Promise<Result> {
    const { signal } = this.#abandon;
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      try {
        const result = await work();
        this.#connections.onAway(null);
        return result;
      } catch (error) {
        if (!(error instanceof Error) || !isConnectionFailure(error)) throw error;
        this.#connections.onAway(error);
        if (!patient || signal.aborted) throw error;
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

interface SharedClientDeps {
  readonly query: <Row>(text: string, params?: readonly unknown[]) => Promise<PgQueryResult<Row>>;
  readonly listen: (channel: string) => Promise<void>;
  readonly listener: NotificationListener;
}

/** The client BullMQ holds for its schema check and for LISTEN: no connection of its own. */
class SharedClient extends EventEmitter implements PgPoolClient {
  readonly #deps: SharedClientDeps;
  readonly #forward = (message: PgNotification) => this.emit("notification", message);
  readonly #lost = (error: Error) => this.emit("error", error);

  constructor(deps: SharedClientDeps) {
    super();
    this.#deps = deps;
  }

  async query<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    const channel = /^\s*(?:--.*\n\s*)*listen\s+(\w+)/i.exec(text)?.[1];
    if (channel !== undefined) {
      const { listener } = this.#deps;
      listener.off("notification", this.#forward).on("notification", this.#forward);
      listener.off("lost", this.#lost).on("lost", this.#lost);
      await this.#deps.listen(channel);
      return { rows: [] };
    }
    // BullMQ names the connection after its queue; this one belongs to all of them.
    if (text.includes("'application_name'")) return { rows: [] };
    return this.#deps.query(text, params);
  }

  release(): void {
    this.#deps.listener.off("notification", this.#forward);
    this.#deps.listener.off("lost", this.#lost);
  }
}

const NAMES = new Map<string, string>();

/** The same few statements run for every job: named, the server parses each once per connection. */
function prepared(text: string, params: readonly unknown[]): pg.QueryConfig<unknown[]> {
  let name = NAMES.get(text);
  if (name === undefined) {
    name = `bullmq_${createHash("sha1").update(text).digest("hex").slice(0, 16)}`;
    NAMES.set(text, name);
  }
  return { name, text, values: [...params] };
}
