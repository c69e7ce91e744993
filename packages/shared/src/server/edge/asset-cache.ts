import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** More than all files of the pages take together, compressed and not. */
const MAX_BYTES = 96 * 1024 ** 2;
const MAX_ASSET_BYTES = 16 * 1024 ** 2;
/** Their names are made from what is in them. */
const ASSETS = ["/_next/static/", "/generated/"];
/** With one of these an answer may be another one. */
const CONDITIONS = ["range", "if-none-match", "if-modified-since", "if-range", "if-match"];
const KEPT_HEADERS = ["content-type", "content-encoding", "cache-control", "etag", "last-modified", "vary"];

const GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:[\s,]|$))/i;

/** `encoding`: the only one that the web server may choose, so that there are two answers and not one for every way of asking. */
export interface WantedAsset {
  readonly url: string;
  readonly encoding: "gzip" | "identity";
}

export interface Asset {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** The files of pages that never change, as the web server sent them first: it compresses a file anew for everybody who asks. */
export class AssetCache {
  readonly #assets = new Map<string, Asset>();
  #bytes = 0;

  /** Which file is asked for; null where it is another kind of question. */
  wantedBy({ method, url = "", headers }: Pick<IncomingMessage, "method" | "url" | "headers">): WantedAsset | null {
    if (method !== "GET" || !ASSETS.some((folder) => url.startsWith(folder)) || url.includes("?") || CONDITIONS.some((name) => headers[name] !== undefined)) return null;
    return { url, encoding: GZIP.test(headers["accept-encoding"]?.toString() ?? "") ? "gzip" : "identity" };
  }

  get({ encoding, url }: WantedAsset): Asset | undefined {
    return this.#assets.get(`${encoding} ${url}`);
  }

  /** Keeps the answer, once all of it has come, where its server says that it stays the same for ever. */
  keep({ encoding, url }: WantedAsset, answer: IncomingMessage): void {
    const key = `${encoding} ${url}`;
    if (answer.statusCode !== 200 || !(answer.headers["cache-control"] ?? "").includes("immutable")) return;
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_ASSET_BYTES) chunks.push(chunk);
    });
    answer.once("end", () => {
      if (!answer.complete || bytes > MAX_ASSET_BYTES || this.#assets.has(key)) return;
      this.#assets.set(key, { headers: keptOf(answer.headers, bytes), body: Buffer.concat(chunks) });
      this.#bytes += bytes;
      for (const [oldest, { body }] of this.#assets) {
        if (this.#bytes <= MAX_BYTES) break;
        this.#assets.delete(oldest);
        this.#bytes -= body.length;
      }
    });
  }
}

function keptOf(headers: IncomingHttpHeaders, bytes: number): OutgoingHttpHeaders {
  const kept = KEPT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
  return { ...Object.fromEntries(kept), "content-length": bytes };
}
