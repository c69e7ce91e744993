import type { AnyProcedure, AnyRouter } from "@trpc/server";
import { AppError } from "../../app-error.ts";
import { toAppError } from "../../trpc/errors.ts";
import type { RequestContext } from "../../trpc/context.ts";
import type { IServiceTokens, ServiceTokenClaims } from "../service-token.ts";
import { runWithTrace } from "../trace-context.ts";
import { COOKIE_RELAY_HEADER, relayedCookie } from "../transport/cookie-relay.ts";
import { bearerToken } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";
import { parseJsonText, readJsonText } from "./request-body.ts";
import type { RequestFacts } from "./request-facts.ts";
import { sendError, sendJson } from "./send.ts";
import { sendStreamLines } from "./send-stream-lines.ts";
import { answerTransfer, type ServedTransfer } from "./transfers/answer-transfer.ts";

export const SERVICE_CALL_PREFIX = "/internal/trpc/";
const TRANSFER_PREFIX = "/internal/transfers/";
const STREAM_PREFIX = "/internal/streams/";

export interface ServiceCallOptions {
  readonly router: AnyRouter;
  readonly transfers: ReadonlyMap<string, ServedTransfer>;
  readonly stallMs: number;
  readonly tokens: IServiceTokens;
  readonly bodyLimitBytes: number;
  readonly createContext: (facts: RequestFacts) => RequestContext;
}

/** Answers one call of another process of the installation: one procedure, transfer or live stream, one token, no batch. */
export async function answerServiceCall(exchange: Exchange, options: ServiceCallOptions): Promise<void> {
  if (exchange.path.startsWith(TRANSFER_PREFIX)) return answerServiceTransfer(exchange, options);
  if (exchange.path.startsWith(STREAM_PREFIX)) return answerServiceStream(exchange, options);
  const { router, tokens, bodyLimitBytes, createContext } = options;
  const { request, response, method, path: fullPath } = exchange;
  if (!fullPath.startsWith(SERVICE_CALL_PREFIX)) throw nothingHere(fullPath);
  const path = fullPath.slice(SERVICE_CALL_PREFIX.length);
  const claims = await claimsOf(exchange, path, tokens);
  const procedure = procedureAt(router, path);
  if (procedure === undefined || method !== "POST" || procedure._def.type === "subscription") {
    throw otherVersion(path);
  }
  const body = await readJsonText(request, bodyLimitBytes);
  const ctx = createContext(serviceFacts(exchange, claims));
  const stopWaiting = setTimeout(() => exchange.abort.abort(), Math.max(0, claims.deadline.getTime() - Date.now()));
  response.once("close", () => clearTimeout(stopWaiting));
  await runWithTrace(claims.traceId, async () => {
    try {
      const data: unknown = await procedure({ path, type: procedure._def.type, ctx, getRawInput: async () => parseJsonText(body), signal: ctx.signal, batchIndex: 0 });
      if (!response.destroyed) sendJson(response, 200, { result: { data } });
    } catch (error) {
      sendError(exchange, toAppError(error), "trpc");
    }
  });
}

async function answerServiceStream(exchange: Exchange, { router, tokens, bodyLimitBytes, createContext }: ServiceCallOptions): Promise<void> {
  const path = exchange.path.slice(STREAM_PREFIX.length);
  const claims = await claimsOf(exchange, path, tokens);
  const procedure = procedureAt(router, path);
  if (procedure?._def.type !== "subscription" || exchange.method !== "POST") throw otherVersion(path);
  const body = await readJsonText(exchange.request, bodyLimitBytes);
  const ctx = createContext(serviceFacts(exchange, claims));
  await runWithTrace(claims.traceId, async () => {
    const items: unknown = await procedure({ path, type: "subscription", ctx, getRawInput: async () => parseJsonText(body), signal: ctx.signal, batchIndex: 0 });
    await sendStreamLines(exchange, path, items, ctx.log);
  });
}

function claimsOf({ request }: Exchange, path: string, tokens: IServiceTokens): Promise<ServiceTokenClaims> {
  const [module = ""] = path.split(".", 1);
  return tokens.verify(bearerToken(request.headers.authorization) ?? "", module);
}

function procedureAt(router: AnyRouter, path: string): AnyProcedure | undefined {
  const procedures: Readonly<Record<string, AnyProcedure>> = router._def.procedures;
  return Object.hasOwn(procedures, path) ? procedures[path] : undefined;
}

async function answerServiceTransfer(exchange: Exchange, { transfers, stallMs, tokens, createContext }: ServiceCallOptions): Promise<void> {
  const name = exchange.path.slice(TRANSFER_PREFIX.length);
  const claims = await claimsOf(exchange, name, tokens);
  const transfer = transfers.get(name);
  if (transfer === undefined || transfer.binding.definition.method !== exchange.method) throw otherVersion(name);
  const rawInput = () => parseJsonText(new URLSearchParams(exchange.query).get("input") ?? "");
  await runWithTrace(claims.traceId, () => answerTransfer(exchange, transfer, rawInput, createContext(serviceFacts(exchange, claims)), stallMs));
}

function nothingHere(path: string): AppError {
  return new AppError("not_found", "no_such_operation", `There is no operation ${path.slice(0, 200)} here.`, { remedy: "See /api/v1/openapi.json for what there is." });
}

/** Another process of the installation asks for what this one does not know: passes when the upgrade is through. */
function otherVersion(path: string): AppError {
  return new AppError("unavailable", "no_such_operation", `There is no operation ${path.slice(0, 200)} here.`, { remedy: "Run the same version of the product in all processes." });
}

function serviceFacts({ connection, abort, response }: Exchange, { caller, traceId, forwarded }: ServiceTokenClaims): RequestFacts {
  return {
    caller,
    via: forwarded === undefined ? "service" : "forwarded",
    connection: forwarded ?? connection,
    traceId,
    signal: abort.signal,
    sessionCookie: forwarded === undefined ? null : relayedCookie((value) => response.setHeader(COOKIE_RELAY_HEADER, value)),
  };
}
