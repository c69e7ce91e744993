import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../../app-error.ts";
import type { Download, PassedAnswer, SeekableContent } from "../../transfers/handle-transfer.ts";
import type { Exchange } from "../exchange.ts";
import { byteRange } from "./byte-range.ts";
import { contentDisposition } from "./content-disposition.ts";
import { watchForStall } from "./stall-watch.ts";

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/;

/** Sends what a download handler answered. Rejects when the content breaks off; the client then sees a broken connection, never a short file that looks whole. */
export async function sendDownload(exchange: Exchange, download: Download | PassedAnswer, stallMs: number): Promise<void> {
  const { response, method, request } = exchange;
  if ("passed" in download) {
    const { status, headers, content } = download.passed;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.writeHead(status);
    if (method === "HEAD") content.destroy();
    return send(exchange, method === "HEAD" ? null : content, stallMs);
  }
  const { contentType, fileName, content } = download;
  const etag = download.etag === undefined ? undefined : `"${download.etag}"`;
  if (etag !== undefined) response.setHeader("etag", etag);
  response.setHeader("content-type", MEDIA_TYPE.test(contentType) ? contentType : "application/octet-stream");
  response.setHeader("content-disposition", contentDisposition(fileName));
  if (!isSeekable(content)) {
    response.writeHead(200);
    if (method === "HEAD") content.destroy();
    return send(exchange, method === "HEAD" ? null : content, stallMs);
  }
  response.setHeader("accept-ranges", "bytes");
  // Without anything to compare an If-Range with it is answered as if the content had changed.
  const ifRange = request.headers["if-range"];
  const range = ifRange === undefined || ifRange === etag ? byteRange(request.headers.range, content.size) : null;
  if (range === "unsatisfiable") {
    response.removeHeader("content-disposition");
    response.setHeader("content-range", `bytes */${content.size}`);
    throw new AppError("invalid", "range_not_satisfiable", `There are ${content.size} bytes, and none of the range that was asked for.`, { remedy: "Ask for a range inside of it, or for all." });
  }
  const { from, to } = range ?? { from: 0, to: content.size - 1 };
  if (range) response.setHeader("content-range", `bytes ${from}-${to}/${content.size}`);
  response.setHeader("content-length", to - from + 1);
  response.writeHead(range ? 206 : 200);
  return send(exchange, method === "HEAD" || content.size === 0 ? null : content.read(from, to), stallMs);
}

function isSeekable(content: Readable | SeekableContent): content is SeekableContent {
  return "size" in content;
}

async function send({ request, response }: Exchange, content: Readable | null, stallMs: number): Promise<void> {
  if (content === null) {
    response.end();
    return;
  }
  const stop = watchForStall({
    bytes: () => request.socket.bytesWritten,
    clientsTurn: () => response.writableNeedDrain,
    limitMs: stallMs,
    onStall: () => response.destroy(),
  });
  try {
    await pipeline(content, response);
  } finally {
    stop();
  }
}
