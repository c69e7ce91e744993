import type { IncomingMessage } from "node:http";
import { AppError } from "../../app-error.ts";
import type { Caller } from "../../caller.ts";
import type { Connection } from "../../trpc/context.ts";
import { serviceUnreachable } from "./remote-errors.ts";
import { answered, open, passportOf, type RemoteRequestDeps } from "./remote-request.ts";
import { KEEP_ALIVE_MS, streamLines } from "./stream-lines.ts";

export interface RemoteStreamCall {
  /** The procedure's path: `workspace.watchProject`. */
  readonly path: string;
  readonly input: unknown;
  readonly caller: Caller;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** A live stream of a module in another process, item by item. */
export async function* remoteStream(deps: RemoteRequestDeps, call: RemoteStreamCall): AsyncGenerator<unknown, void, undefined> {
  const { path, input, signal } = call;
  const body = input === undefined ? "" : JSON.stringify(input);
  const request = open(new URL(`/internal/streams/${path}`, deps.url), { method: "POST", headers: { ...(await passportOf(deps, call)), "content-type": "application/json", "content-length": Buffer.byteLength(body) } }, signal);
  request.end(body);
  const response = await answered(deps, request);
  // A connection that was dropped without a word.
  response.socket.setTimeout(3 * KEEP_ALIVE_MS, () => request.destroy());
  try {
    yield* itemsOf(response);
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof AppError ? error : serviceUnreachable(deps, error);
  } finally {
    request.destroy();
  }
}

async function* itemsOf(response: IncomingMessage): AsyncGenerator<unknown, void, undefined> {
  for await (const line of streamLines(response)) {
    if ("done" in line) return;
    if ("error" in line) throw AppError.fromJSON(line.error);
    yield line.item;
  }
  throw new Error("The stream broke off");
}
