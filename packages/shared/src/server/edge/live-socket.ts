import { setImmediate } from "node:timers/promises";
import { getTRPCErrorFromUnknown, getTRPCErrorShape, isTrackedEnvelope, TRPCError, type AnyProcedure, type AnyRouter } from "@trpc/server";
import type { WebSocket } from "ws";
import { z } from "zod";
import { AppError, isAppError } from "../../app-error.ts";
import type { Caller } from "../../caller.ts";
import type { RequestContext } from "../../trpc/context.ts";
import { TRPC_CODE, toAppError } from "../../trpc/errors.ts";
import { newTraceId, runWithTrace } from "../trace-context.ts";
import { mayGoOn, type LiveStreams } from "./live-streams.ts";
import { refuseHostileJson } from "./request-body.ts";
import type { RequestFacts } from "./request-facts.ts";
import { subscriptionAt } from "./trpc-handler.ts";

/** Messages of pages are inputs of streams: small. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
const ITEMS_IN_A_ROW = 64;
const BEAT_MS = 30_000;
/** Beats without a stream after which a connection is of no use. */
const IDLE_BEATS = 2;
/** Unsent answers to a page that asks and does not listen. */
const MAX_UNSENT_BYTES = 1024 * 1024;

type StreamId = string | number;

const IdSchema = z.union([z.number(), z.string().max(100)]);
const MessageSchema = z.discriminatedUnion("method", [
  z.object({ id: IdSchema, method: z.literal("subscription"), params: z.object({ path: z.string().max(200), input: z.unknown(), lastEventId: z.string().max(100).nullish() }) }),
  z.object({ id: IdSchema, method: z.literal("subscription.stop") }),
]);
const MessagesSchema = z.union([MessageSchema.transform((message) => [message]), z.array(MessageSchema).max(100)]);
type Wanted = Extract<z.output<typeof MessageSchema>, { method: "subscription" }>["params"];

export interface LiveSocketDeps {
  readonly router: AnyRouter;
  readonly live: LiveStreams;
  /** Whose session the connection's cookie is by now. */
  readonly callerNow: () => Promise<Caller>;
  readonly createContext: (facts: Pick<RequestFacts, "caller" | "traceId" | "signal">) => RequestContext;
  /** How often a silent connection is asked whether it is still there. */
  readonly beatMs?: number;
}

interface OpenStream {
  readonly abort: AbortController;
  /** Once it is known whose it is. */
  running?: { readonly ctx: RequestContext; readonly procedure: AnyProcedure };
}

/**
 * The websocket of one page, which carries all of its live streams in tRPC's own protocol. Each stream has a context, a trace and a signal of its own, passes through its
 * procedure like any request, and sends an item when the connection has taken the one before: a reader who takes nothing holds nothing.
 */
export class LiveSocket {
  readonly #socket: WebSocket;
  readonly #deps: LiveSocketDeps;
  readonly #streams = new Map<StreamId, OpenStream>();
  #heard = true;
  #idle = 0;

  constructor(socket: WebSocket, deps: LiveSocketDeps) {
    this.#socket = socket;
    this.#deps = deps;
  }

  /** Answers until the connection closes. */
  serve(): void {
    const { live, beatMs = BEAT_MS } = this.#deps;
    const cut = () => this.#socket.terminate();
    const stopRechecks = live.recheck(() => this.#stillGood(), cut);
    const beat = setInterval(() => this.#beat(), beatMs);
    this.#socket.on("message", (data, isBinary) => this.#onMessage(isBinary ? null : String(data)));
    this.#socket.on("pong", () => (this.#heard = true));
    this.#socket.on("error", cut);
    this.#socket.once("close", () => {
      stopRechecks();
      clearInterval(beat);
      for (const { abort } of this.#streams.values()) abort.abort();
    });
  }

  #beat(): void {
    this.#idle = this.#streams.size === 0 ? this.#idle + 1 : 0;
    if (!this.#heard || this.#idle > IDLE_BEATS) return this.#socket.terminate();
    this.#heard = false;
    this.#socket.ping();
  }

  #onMessage(text: string | null): void {
    this.#heard = true;
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) return this.#socket.terminate();
    if (text === "PING") return this.#socket.send("PONG");
    const messages = readMessages(text);
    // What is sent is not what our pages send.
    if (messages === null) return this.#socket.close(1008, "Not a message of a live stream");
    for (const message of messages) {
      if (message.method === "subscription.stop") this.#streams.get(message.id)?.abort.abort();
      else if (this.#streams.has(message.id)) return this.#socket.close(1008, "The id is taken");
      else void this.#open(message.id, message.params);
    }
  }

  async #open(id: StreamId, wanted: Wanted): Promise<void> {
    const stream: OpenStream = { abort: new AbortController() };
    const { signal } = stream.abort;
    const traceId = newTraceId();
    this.#streams.set(id, stream);
    const failure = await runWithTrace(traceId, () => this.#tell(id, wanted, stream, traceId)).then(() => null, (error: unknown) => ({ error }));
    this.#streams.delete(id);
    if (failure === null || signal.aborted) void this.#send({ id, result: { type: "stopped" } });
    else void this.#send({ id, error: this.#shapeOf(failure.error, wanted.path, stream) });
  }

  async #tell(id: StreamId, { path, input, lastEventId }: Wanted, stream: OpenStream, traceId: string): Promise<void> {
    const { router, live, callerNow, createContext } = this.#deps;
    const { signal } = stream.abort;
    const procedure = subscriptionAt(router, path);
    if (procedure === null) throw new AppError("not_found", "no_such_operation", `There is no live stream ${path}.`, { remedy: "See /api/v1/docs for what there is." });
    const ctx = createContext({ caller: await callerNow(), traceId, signal });
    if (signal.aborted) return;
    const leave = live.enter(ctx);
    stream.running = { ctx, procedure };
    try {
      const items: unknown = await procedure({ path, type: "subscription", ctx, getRawInput: async () => resumed(input, lastEventId), signal, batchIndex: 0 });
      if (!isAsyncIterable(items)) throw new Error(`${path} answers no stream`);
      if (!(await this.#send({ id, result: { type: "started" } }))) return;
      let told = 0;
      for await (const item of items) {
        const result = isTrackedEnvelope(item) ? { type: "data", id: item[0], data: { id: item[0], data: item[1] } } : { type: "data", data: item };
        if (signal.aborted || !(await this.#send({ id, result }))) break;
        told += 1;
        // A fast stream to a fast reader would let nothing else of the process run.
        if (told % ITEMS_IN_A_ROW === 0) await setImmediate();
      }
    } finally {
      leave();
    }
  }

  #shapeOf(thrown: unknown, path: string, { running }: OpenStream): object {
    const { router } = this.#deps;
    const { cause = thrown } = getTRPCErrorFromUnknown(thrown);
    // What ends a stream on its way; how one failed that never began, its procedure has logged.
    if (!isAppError(cause)) running?.ctx.log.error({ path, err: cause }, "A live stream failed");
    const told = toAppError(thrown);
    const error = new TRPCError({ code: TRPC_CODE[told.kind], message: told.message, cause: told });
    return getTRPCErrorShape({ config: router._def._config, error, type: "subscription", path, input: undefined, ctx: running?.ctx });
  }

  async #stillGood(): Promise<boolean> {
    const running = [...this.#streams.values()].flatMap((stream) => stream.running ?? []);
    if (running.length === 0) return true;
    const now = await this.#deps.callerNow();
    const good = await Promise.all(running.map(({ ctx, procedure }) => mayGoOn(now, ctx, procedure)));
    return !good.includes(false);
  }

  /** Resolves when the connection has taken it: to false where it is gone. */
  #send(message: object): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#socket.send(JSON.stringify(message), (error) => resolve(!error));
    return promise;
  }
}

function readMessages(text: string | null): z.output<typeof MessagesSchema> | null {
  if (text === null) return null;
  try {
    refuseHostileJson(text);
    return MessagesSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A client that comes back says where it was; the input of every stream that can go on has a place for it. */
function resumed(input: unknown, lastEventId: string | null | undefined): unknown {
  return lastEventId === null || lastEventId === undefined || typeof input !== "object" ? input : { ...input, lastEventId };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
