import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { AppError } from "../../app-error.ts";
import { cancelled } from "../transport/cancellation.ts";
import { hasBody, isJson } from "./cross-site.ts";
import type { Exchange } from "./exchange.ts";

/** Deeper than any input of the product; what recurses over a value stays far from the end of the stack. */
const MAX_DEPTH = 64;

/**
 * Reads a JSON body as text. Refuses what is too large before reading it, and what is compressed, not JSON by its type, not
 * UTF-8, nested too deep or carries what no honest client sends. An absent body is the empty text.
 */
export async function readJsonText(request: IncomingMessage, limitBytes: number): Promise<string> {
  const { headers } = request;
  if (!hasBody(headers)) return "";
  requireAllowedLength(headers["content-length"], limitBytes);
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" || !isJson(headers["content-type"])) throw unsupportedMediaType("Bodies are uncompressed JSON.", "Send JSON with content-type application/json.");
  const bytes = await readBytes(request, limitBytes);
  if (!isUtf8(bytes)) throw malformedJson("The body is not UTF-8.");
  const text = bytes.toString("utf8");
  refuseHostileJson(text);
  return text;
}

export function requireAllowedLength(contentLength: string | undefined, limitBytes: number): void {
  if (Number(contentLength ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = () => request.off("data", onData).off("end", onEnd).off("close", onClose);
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= limitBytes) return;
    stop();
    reject(bodyTooLarge(limitBytes));
  };
  const onEnd = () => {
    stop();
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
  };
  // A client that leaves in the middle ends the request with close instead of end.
  const onClose = () => reject(cancelled());
  request.on("data", onData).once("end", onEnd).once("close", onClose);
  return promise;
}

/** Parses a body that was read; the empty one is `undefined`. */
export function parseJsonText(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw malformedJson("The body is not JSON.");
  }
}

/** For JSON from the body or the query, before anything parses it into a value that code works with. */
export function refuseHostileJson(text: string): void {
  if (text.length > MAX_DEPTH) refuseDepth(text);
  // Both can be written with an escape only, or literally: most texts have neither and are not looked at twice.
  if (text.includes("\\u") || text.includes("__proto__")) refuseHostileValue(parseJsonText(text));
}

function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) {
        throw new AppError("invalid", "too_deep", `The JSON is nested more than ${MAX_DEPTH} levels deep.`, { remedy: "Send a flatter value.", details: { maxDepth: MAX_DEPTH } });
      }
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}

/** A key `__proto__` would change objects it is copied into; a NUL cannot be stored as text. */
function refuseHostileValue(root: unknown): void {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === "string") refuseHostileText(value);
    else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        refuseHostileText(key);
        if (key === "__proto__") throw hostile("A field may not be named __proto__.");
        pending.push(item);
      }
    }
  }
}

export function refuseHostileText(text: string): void {
  if (text.includes("\0")) throw hostile("Text may not contain the character U+0000.");
}

function hostile(message: string): AppError {
  return new AppError("invalid", "hostile_input", message, { remedy: "Leave it out and send the rest again." });
}

function malformedJson(message: string): AppError {
  return new AppError("invalid", "malformed_json", message, { remedy: "Send one JSON value in UTF-8." });
}

export function unsupportedMediaType(message: string, remedy: string): AppError {
  return new AppError("invalid", "unsupported_media_type", message, { remedy });
}

/** How much of a refused body is still taken, so that its sender gets to read the refusal instead of a broken connection. */
const DISCARD_BYTES = 16 * 1024 * 1024;
const DISCARD_MS = 3_000;

export function discardRest({ request }: Exchange): void {
  if (request.complete) return;
  let size = 0;
  const cut = () => request.socket.destroy();
  const late = setTimeout(cut, DISCARD_MS);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > DISCARD_BYTES) cut();
  });
  request.once("close", () => clearTimeout(late));
  request.resume();
}

function bodyTooLarge(limitBytes: number): AppError {
  return new AppError("too_large", "body_too_large", `The body is larger than ${limitBytes} bytes.`, {
    remedy: "Send less at once. Whoever runs this installation can raise server.bodyLimitBytes (BODY_LIMIT_BYTES).",
    details: { limitBytes },
  });
}
