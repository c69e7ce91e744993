import { Transform, type Readable, type TransformCallback } from "node:stream";
import { AppError } from "../../../app-error.ts";
import { cancelled } from "../../transport/cancellation.ts";
import { isOctetStream } from "../cross-site.ts";
import type { Exchange } from "../exchange.ts";
import { unsupportedMediaType } from "../request-body.ts";
import { watchForStall } from "./stall-watch.ts";

/** Passes an upload on as it comes, and no more of it than is allowed. */
class UploadBody extends Transform {
  readonly #maxBytes: number;
  #received = 0;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  get received(): number {
    return this.#received;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#received += chunk.length;
    if (this.#received > this.#maxBytes) done(uploadTooLarge(this.#maxBytes));
    else done(null, chunk);
  }
}

/** Begins to take an upload: until here the client may have waited for a word that it is wanted. */
export function receiveUpload({ request, response, abort, arrival }: Exchange, maxBytes: number, stallMs: number): { body: Readable; length: number | null } {
  const { headers } = request;
  const length = headers["content-length"] === undefined ? null : Number(headers["content-length"]);
  if (length !== null && length > maxBytes) throw uploadTooLarge(maxBytes);
  if ((headers["content-encoding"] ?? "identity") !== "identity" || !isOctetStream(headers["content-type"])) {
    throw unsupportedMediaType("Uploads are uncompressed bytes.", "Send them with content-type application/octet-stream.");
  }
  arrival.lift();
  if (headers.expect !== undefined) response.writeContinue();
  const body = new UploadBody(maxBytes);
  const stop = watchForStall({
    bytes: () => body.received,
    clientsTurn: () => !request.complete && body.readableLength === 0,
    limitMs: stallMs,
    onStall: () => body.destroy(uploadStalled()),
  });
  const leave = () => body.destroy(cancelled());
  // Not a pipeline: ending the body early must leave the connection for the answer.
  request.pipe(body);
  if (abort.signal.aborted) leave();
  abort.signal.addEventListener("abort", leave, { once: true });
  body.once("close", () => {
    stop();
    abort.signal.removeEventListener("abort", leave);
  });
  // Whoever reads it hears of its end; an error that nobody waits for would end the process.
  body.on("error", () => undefined);
  return { body, length };
}

function uploadTooLarge(maxBytes: number): AppError {
  return new AppError("too_large", "upload_too_large", `The upload is larger than ${maxBytes} bytes.`, {
    remedy: "Send something smaller, or ask whoever runs this installation to allow more.",
    details: { maxBytes },
  });
}

function uploadStalled(): AppError {
  return new AppError("invalid", "request_timeout", "Nothing more of the upload arrived.", { remedy: "Check the connection and send it again." });
}
