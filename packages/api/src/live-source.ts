/** `fetch`, as far as a live connection needs it. */
export type LiveFetch = (url: string, init: { readonly headers: Record<string, string>; readonly signal: AbortSignal; readonly cache: "no-store" }) => Promise<Response>;

/** Says when connections are wanted: a page that nobody looks at needs none. */
export interface ILiveDemand {
  /** Resolves when one is wanted; asked before each attempt. Rejects when the signal aborts. */
  untilWanted(signal: AbortSignal): Promise<void>;
  /** Calls back when none is wanted any more. Returns the function that stops it. */
  onUnwanted(listener: () => void): () => void;
}

export interface LiveSourceOptions {
  readonly fetch?: LiveFetch;
  /** Asked anew for each attempt. */
  readonly headers?: () => Record<string, string>;
  readonly demand?: ILiveDemand;
}

/** What tRPC uses of an `EventSource`. */
interface ILiveSource {
  readonly CONNECTING: number;
  readonly OPEN: number;
  readonly CLOSED: number;
  readyState: number;
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
  close(): void;
}
export type LiveSourceConstructor = new (url: string) => ILiveSource;

const ALWAYS: ILiveDemand = { untilWanted: async () => undefined, onUnwanted: () => () => undefined };
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Statuses after which the same request may succeed. */
const PASSING = new Set([408, 502, 503, 504]);

const [CONNECTING, OPEN, CLOSED] = [0, 1, 2];

/**
 * An `EventSource` over `fetch`, for tRPC's subscription link. Unlike the platform's it exists in Node, sends a token, comes back after a server that was restarted or
 * busy instead of giving up, tells why it was refused, and lets go while nobody looks.
 */
export function liveSource({ fetch: ask = (url, init) => fetch(url, init), headers = () => ({}), demand = ALWAYS }: LiveSourceOptions = {}): LiveSourceConstructor {
  return class LiveSource extends EventTarget {
    readonly CONNECTING = CONNECTING;
    readonly OPEN = OPEN;
    readonly CLOSED = CLOSED;
    readyState = CONNECTING;
    readonly #url: string;
    readonly #closed = new AbortController();
    #lastEventId = "";

    constructor(url: string) {
      super();
      this.#url = url;
      void this.#run();
    }

    close(): void {
      this.readyState = CLOSED;
      this.#closed.abort();
    }

    async #run(): Promise<void> {
      const { signal } = this.#closed;
      for (let failures = 0; !signal.aborted; ) {
        try {
          await demand.untilWanted(signal);
        } catch {
          return;
        }
        const end = await this.#connect();
        if (signal.aborted) return;
        this.readyState = end === "refused" ? CLOSED : CONNECTING;
        this.dispatchEvent(new Event("error"));
        if (end === "refused") return;
        failures = end === "lost" ? 0 : failures + 1;
        // All the pages that a restart cut off must not come back in one moment.
        await pause(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS) * (0.5 + Math.random()), signal);
      }
    }

    /** `lost`: it had begun. */
    async #connect(): Promise<"lost" | "failed" | "refused"> {
      const connection = new AbortController();
      const stop = demand.onUnwanted(() => connection.abort());
      let begun = false;
      try {
        const init = { headers: { accept: "text/event-stream", ...(this.#lastEventId === "" ? {} : { "last-event-id": this.#lastEventId }), ...headers() }, signal: AbortSignal.any([this.#closed.signal, connection.signal]), cache: "no-store" as const };
        const response = await ask(this.#url, init);
        if (response.status !== 200) return await this.#answer(response);
        if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream")) return "failed";
        this.readyState = OPEN;
        for await (const message of messagesOf(response.body)) {
          begun = true;
          this.#tell(message);
        }
      } catch {
        // The connection is away, or was let go.
      } finally {
        stop();
      }
      return begun ? "lost" : "failed";
    }

    /** What the server said instead, in tRPC's own words where it is ours. */
    async #answer(response: Response): Promise<"failed" | "refused"> {
      const said: unknown = await response.json().catch(() => null);
      if (typeof said === "object" && said !== null && "error" in said) this.dispatchEvent(new MessageEvent("serialized-error", { data: JSON.stringify(said.error) }));
      return PASSING.has(response.status) || response.status === 500 ? "failed" : "refused";
    }

    #tell({ event, data, id }: Message): void {
      if (this.readyState === CLOSED) return;
      if (id !== null) this.#lastEventId = id;
      this.dispatchEvent(new MessageEvent(event, { data: data.join("\n"), lastEventId: this.#lastEventId }));
    }
  };
}

interface Message {
  readonly event: string;
  /** Its lines. */
  readonly data: readonly string[];
  /** Null where the event says nothing of it. */
  readonly id: string | null;
}

/** Server-sent events, as the standard reads them; lines end with LF or CRLF, as everybody sends them. */
async function* messagesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Message, void, undefined> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let fields: Message | null = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") fields = withLine(fields, line);
      else if (fields) {
        yield fields;
        fields = null;
      }
    }
  }
}

function withLine(before: Message | null, line: string): Message | null {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  const message = before ?? { event: "message", data: [], id: null };
  switch (name) {
    case "event":
      return { ...message, event: value };
    case "data":
      return { ...message, data: [...message.data, value] };
    case "id":
      return value.includes("\0") ? before : { ...message, id: value };
    default:
      return before;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}
