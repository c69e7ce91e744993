import { lookup } from "node:dns";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPrivateAddress } from "./private-address.ts";

export interface GuardedFetchOptions {
  /** Whether this host, as it stands in the URL, may have a private address. */
  readonly allowsPrivate: (host: string) => boolean;
  /** The error for a host that may not. */
  readonly refusal: (host: string) => Error;
  readonly maxAnswerBytes: number;
  /** The error for an answer that is longer. */
  readonly tooLong: (maxAnswerBytes: number) => Error;
  /** Told of each piece of an answer as it comes in, in bytes. */
  readonly onBytes?: (count: number) => void;
  /** Told how the body of an answer ended, unless whoever reads it left before. */
  readonly onEnd?: (outcome: "done" | "failed") => void;
}

/** Whoever leaves mostly has all there is to read: the mark that ends an answer's text comes a little before the end of the answer. */
const REST_MS = 250;

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * `fetch` for servers that somebody configured. The address is checked where the connection is made, so no answer of a name server can slip a private one in afterwards;
 * redirections are not followed, because they would lead past that. The body is handed on as it comes in. It sends text only, from this machine's own sockets: no proxy of the environment.
 */
export function guardedFetch(options: GuardedFetchOptions): Fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const open = options.allowsPrivate(host);
    if (!open && isIP(host) > 0 && isPrivateAddress(host)) throw options.refusal(host);
    const body = typeof init.body === "string" ? init.body : "";
    const headers = { ...Object.fromEntries(new Headers(init.headers)), "accept-encoding": "identity", ...(body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) }) };
    const request: RequestOptions = { method: init.method ?? "GET", headers, ...(init.signal ? { signal: init.signal } : {}), ...(open ? {} : { lookup: publicLookup(options) }) };
    const answer = await send(url, request, body);
    const { statusCode = 0 } = answer;
    const empty = statusCode === 204 || statusCode === 304;
    if (empty) answer.resume();
    return new Response(empty ? null : bodyOf(answer, options), { status: statusCode, headers: headersOf(answer) });
  };
}

function publicLookup({ refusal }: GuardedFetchOptions): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "");
      if (addresses.some(({ address }) => isPrivateAddress(address))) return callback(refusal(host), "");
      if (options.all === true) return callback(null, addresses);
      callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
    });
  };
}

const ignored = (): void => undefined;

function send(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options, resolve);
    sent.on("error", reject);
    // A request that is given up just when its answer ends leaves its connection with an error that nobody hears of any more, which would end the process.
    sent.on("socket", (socket) => socket.off("error", ignored).on("error", ignored));
    sent.end(body);
  });
}

/** Read only as fast as it is taken. When whoever reads leaves, the connection is kept if the answer is as good as over, and closed otherwise. */
function bodyOf(answer: IncomingMessage, { maxAnswerBytes, tooLong, onBytes, onEnd }: GuardedFetchOptions): ReadableStream<Uint8Array> {
  // Whoever reads is told.
  answer.on("error", ignored);
  const pieces: AsyncIterator<Buffer> = answer[Symbol.asyncIterator]();
  let length = 0;
  const next = async (): Promise<Buffer | null> => {
    const piece = await pieces.next();
    if (piece.done === true) return null;
    length += piece.value.length;
    onBytes?.(piece.value.length);
    if (length <= maxAnswerBytes) return piece.value;
    answer.destroy();
    throw tooLong(maxAnswerBytes);
  };
  let left = false;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const piece = await next();
      if (left) return;
      if (piece !== null) return controller.enqueue(piece);
      onEnd?.("done");
      controller.close();
    } catch (error) {
      if (!left) onEnd?.("failed");
      throw error;
    }
  };
  const cancel = (): void => {
    left = true;
    void readRest(answer, next);
  };
  return new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 });
}

async function readRest(answer: IncomingMessage, next: () => Promise<Buffer | null>): Promise<void> {
  const patience = setTimeout(() => answer.destroy(), REST_MS);
  try {
    while ((await next()) !== null);
  } catch {
    // It was closed: by its server, by a signal, or because it goes on.
  } finally {
    clearTimeout(patience);
  }
}

function headersOf(answer: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) headers.append(name, each);
  }
  return headers;
}
