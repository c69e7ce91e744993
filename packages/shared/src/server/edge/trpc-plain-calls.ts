import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError, type AnyProcedure, type AnyRouter } from "@trpc/server";
import type { AppError } from "../../app-error.ts";
import type { RequestContext } from "../../trpc/context.ts";
import { httpStatusOf, toAppError } from "../../trpc/errors.ts";
import type { Exchange } from "./exchange.ts";
import { once } from "./once.ts";
import { parseJsonText } from "./request-body.ts";
import { errorHeaders, sendJson } from "./send.ts";

/** Calls in one batched request. A page needs fewer; more would let one request stand for a flood. */
export const MAX_BATCH = 30;

/** The calls of a request that is answered whole, as JSON: nearly all there are. */
export interface PlainCalls {
  readonly batch: boolean;
  readonly calls: readonly { readonly path: string; readonly procedure: AnyProcedure }[];
  /** What was sent, as text; empty for nothing. */
  readonly text: string;
}

/** Null for everything out of the ordinary: streams, what does not exist, the wrong method, broken paths. tRPC's own handler answers those. */
export function plainCalls(router: AnyRouter, { request, method }: Exchange, path: string, search: URLSearchParams, body: string): PlainCalls | null {
  const { accept = "", "trpc-accept": trpcAccept } = request.headers;
  if (trpcAccept !== undefined || accept.includes("application/jsonl") || path.includes("%") || search.has("connectionParams")) return null;
  const batch = search.get("batch") === "1";
  const names = batch ? path.split(",") : [path];
  const procedures: Readonly<Record<string, AnyProcedure>> = router._def.procedures;
  const calls = names.flatMap((name) => {
    const procedure = procedures[name];
    return procedure === undefined ? [] : [{ path: name, procedure }];
  });
  const [type, ...otherTypes] = new Set(calls.map(({ procedure }) => procedure._def.type));
  const ordinary = calls.length === names.length && calls.length <= MAX_BATCH && otherTypes.length === 0;
  if (!ordinary || !(type === "query" || (type === "mutation" && method === "POST"))) return null;
  return { batch, calls, text: method === "GET" ? (search.get("input") ?? "") : body };
}

type Outcome = { readonly result: { readonly data: unknown } } | { readonly error: unknown; readonly app: AppError };

/**
 * Runs the calls side by side and answers like tRPC's handler, which is held against this in a test. That one makes a web
 * Request, Headers, a Response and two streams of every request, which costs more than everything else the edge does.
 */
export async function answerPlainCalls(router: AnyRouter, { response }: Exchange, { batch, calls, text }: PlainCalls, ctx: RequestContext): Promise<void> {
  // Whoever may not call hears that, and not that the input is broken.
  const inputs = once(() => (batch ? batchInputs(text) : { 0: parseJsonText(text) }));
  const outcomes = await Promise.all(calls.map(({ path, procedure }, index) => run(router, path, procedure, ctx, async () => inputs()[index])));
  if (response.destroyed) return;
  const errors = outcomes.flatMap((outcome) => ("app" in outcome ? [outcome.app] : []));
  for (const [name, value] of waitHeaders(errors)) response.setHeader(name, value);
  response.setHeader("vary", "trpc-accept, accept");
  const statuses = new Set(outcomes.map((outcome) => ("app" in outcome ? httpStatusOf(outcome.app) : 200)));
  const [status = 200, ...others] = statuses;
  const bodies = outcomes.map((outcome) => ("app" in outcome ? { error: outcome.error } : outcome));
  sendJson(response, others.length > 0 ? 207 : status, batch ? bodies : bodies[0]);
}

async function run(router: AnyRouter, path: string, procedure: AnyProcedure, ctx: RequestContext, getRawInput: () => Promise<unknown>): Promise<Outcome> {
  const { type } = procedure._def;
  try {
    const data: unknown = await procedure({ path, type, ctx, getRawInput, signal: ctx.signal, batchIndex: 0 });
    return { result: { data } };
  } catch (thrown) {
    const error = getTRPCErrorFromUnknown(thrown);
    return { error: getTRPCErrorShape({ config: router._def._config, error, type, path, input: undefined, ctx }), app: toAppError(error) };
  }
}

function batchInputs(text: string): Readonly<Record<number, unknown>> {
  const value = parseJsonText(text);
  if (value === undefined) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new TRPCError({ code: "BAD_REQUEST", message: '"input" needs to be an object when doing a batch call' });
}

/** A batch is one answer: who was told to wait longest decides. */
export function waitHeaders(errors: readonly AppError[]): ReadonlyArray<readonly [string, string]> {
  const longest = errors
    .filter(({ kind }) => kind === "rate_limited" || kind === "unavailable")
    .sort((a, b) => Number(b.details?.["retryAfterSeconds"] ?? 0) - Number(a.details?.["retryAfterSeconds"] ?? 0))[0];
  return longest === undefined ? [] : errorHeaders(longest);
}
