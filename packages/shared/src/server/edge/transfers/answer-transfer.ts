import type { Readable } from "node:stream";
import type { AnyProcedure } from "@trpc/server";
import { isAppError } from "../../../app-error.ts";
import type { ILogger, RequestContext } from "../../../trpc/context.ts";
import { toAppError } from "../../../trpc/errors.ts";
import { procedure } from "../../../trpc/procedure.ts";
import type { Download, PassedAnswer, TransferBinding, TransferWire } from "../../transfers/handle-transfer.ts";
import type { Exchange } from "../exchange.ts";
import { discardRest } from "../request-body.ts";
import { sendError, sendJson } from "../send.ts";
import { receiveUpload } from "./receive-upload.ts";
import { sendDownload } from "./send-download.ts";
import { transferMeta, type NamedTransfer } from "./transfer-meta.ts";

export interface ServedTransfer extends NamedTransfer {
  readonly binding: TransferBinding;
}

/** A client that sends or takes nothing for so long has gone. */
export const STALL_MS = 60_000;

/** Runs a transfer as the procedure it would be if JSON could carry it: the same errors, limit, audit and permission, in the same order. */
export async function answerTransfer(exchange: Exchange, { name, binding }: ServedTransfer, rawInput: () => unknown, ctx: RequestContext, stallMs = STALL_MS): Promise<void> {
  const wire = new Wire(exchange, stallMs);
  const call = asProcedure(binding, wire);
  let answer: unknown;
  try {
    answer = await call({ path: name, type: call._def.type, ctx, getRawInput: async () => rawInput(), signal: ctx.signal, batchIndex: 0 });
  } catch (error) {
    wire.end();
    discardRest(exchange);
    sendError(exchange, toAppError(error));
    return;
  }
  wire.end();
  if (exchange.response.destroyed) return discardAnswer(answer);
  if (binding.definition.method !== "GET") {
    discardRest(exchange);
    return sendJson(exchange.response, 200, answer);
  }
  await deliver(exchange, answer, name, ctx.log, stallMs);
}

function asProcedure(binding: TransferBinding, wire: Wire): AnyProcedure {
  const described = procedure.meta(transferMeta(binding.definition).meta).input((raw: unknown) => raw);
  const run = async ({ ctx: { caller, signal, connection }, input }: { ctx: RequestContext; input: unknown }) => {
    try {
      return await binding.run({ caller, input, signal, connection, wire });
    } catch (error) {
      // A library that read the upload may have wrapped what ended it.
      throw isAppError(error) ? error : (wire.problem ?? error);
    }
  };
  return binding.definition.method === "GET" ? described.query(run) : described.mutation(run);
}

class Wire implements TransferWire {
  readonly #exchange: Exchange;
  readonly #stallMs: number;
  #body: Readable | null = null;

  constructor(exchange: Exchange, stallMs: number) {
    this.#exchange = exchange;
    this.#stallMs = stallMs;
  }

  get range(): string | undefined {
    return this.#exchange.request.headers.range;
  }

  /** Why the upload ended before its end. */
  get problem(): Error | null {
    return this.#body?.errored ?? null;
  }

  /** What was not read of the upload is not wanted. */
  end(): void {
    this.#body?.destroy();
  }

  receive(maxBytes: number): ReturnType<TransferWire["receive"]> {
    if (this.#body) throw new Error("An upload is received once");
    const received = receiveUpload(this.#exchange, maxBytes, this.#stallMs);
    this.#body = received.body;
    return received;
  }
}

async function deliver(exchange: Exchange, answer: unknown, name: string, log: ILogger, stallMs: number): Promise<void> {
  if (!isDownload(answer)) throw new Error(`${name} answers no download`);
  try {
    await sendDownload(exchange, answer, stallMs);
  } catch (error) {
    if (isAppError(error)) return sendError(exchange, error);
    if (!clientLeft(error)) log.error({ path: name, err: error }, "A download broke off");
    exchange.response.destroy();
  }
}

/** As opposed to a source that failed. */
function clientLeft(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}

function isDownload(answer: unknown): answer is Download | PassedAnswer {
  return typeof answer === "object" && answer !== null && ("content" in answer || "passed" in answer);
}

/** Nobody is there any more to take it. */
function discardAnswer(answer: unknown): void {
  if (!isDownload(answer)) return;
  const content = "passed" in answer ? answer.passed.content : answer.content;
  if ("destroy" in content) content.destroy();
}
