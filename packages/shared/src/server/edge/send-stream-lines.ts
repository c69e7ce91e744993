import { once } from "node:events";
import { isTrackedEnvelope } from "@trpc/server";
import { toAppError } from "../../trpc/errors.ts";
import type { ILogger } from "../../trpc/context.ts";
import { KEEP_ALIVE_MS, type StreamLine } from "../transport/stream-lines.ts";
import type { Exchange } from "./exchange.ts";

/** Sends a live stream to another process, a line per item, as fast as that takes them. */
export async function sendStreamLines({ response, abort }: Exchange, path: string, items: unknown, log: ILogger): Promise<void> {
  if (!isAsyncIterable(items)) throw new Error(`${path} answers no stream`);
  // A draining process ends what is of this type: it never ends by itself.
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write("\n");
  const keepAlive = setInterval(() => response.write("\n"), KEEP_ALIVE_MS);
  const write = async (line: StreamLine): Promise<void> => {
    if (!response.write(`${JSON.stringify(line)}\n`)) await once(response, "drain", { signal: abort.signal });
  };
  try {
    for await (const item of items) await write({ item: isTrackedEnvelope(item) ? item[1] : item });
    await write({ done: true });
  } catch (error) {
    if (abort.signal.aborted) return;
    const told = toAppError(error);
    if (told.kind === "internal") log.error({ path, err: error }, "A live stream failed");
    await write({ error: told.toJSON() });
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
