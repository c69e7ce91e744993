import type { ServerResponse } from "node:http";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { AppError } from "../../app-error.ts";
import { httpStatusOf, TRPC_CODE } from "../../trpc/errors.ts";
import type { Exchange } from "./exchange.ts";

/** In whose language an error is told: REST's or tRPC's. */
export type Surface = "rest" | "trpc";

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(text));
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", `${contentType}; charset=utf-8`);
  response.setHeader("content-length", Buffer.byteLength(text));
  response.end(text);
}

/** The headers that go with an error: when to come back, and how much is allowed (RFC 9110, RateLimit header fields). */
export function errorHeaders({ kind, details }: AppError): ReadonlyArray<readonly [string, string]> {
  const seconds = Number(details?.["retryAfterSeconds"]);
  if (kind === "unavailable") return [["retry-after", String(seconds || 1)]];
  if (kind !== "rate_limited" || !(seconds > 0)) return [];
  const { limit, windowSeconds } = details ?? {};
  return [
    ["retry-after", String(seconds)],
    ["ratelimit", `"default";r=0;t=${seconds}`],
    ...(typeof limit === "number" && typeof windowSeconds === "number" ? [["ratelimit-policy", `"default";q=${limit};w=${windowSeconds}`] as const] : []),
  ];
}

/** Tells the client what went wrong, if it still listens. */
export function sendError(exchange: Pick<Exchange, "response" | "traceId">, error: AppError, surface: Surface = "rest"): void {
  const { response, traceId } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = httpStatusOf(error);
  for (const [name, value] of errorHeaders(error)) response.setHeader(name, value);
  sendJson(response, status, surface === "rest" ? restError(error, traceId) : trpcError(error, traceId, status));
}

export function restError(error: AppError, traceId: string): { error: ReturnType<AppError["toJSON"]>; traceId: string } {
  return { error: error.toJSON(), traceId };
}

/** The shape of the error formatter in `procedure.ts`, for what is refused before a procedure is found. */
function trpcError(error: AppError, traceId: string, httpStatus: number): object {
  const code = TRPC_CODE[error.kind];
  return { error: { message: error.message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus, path: null, traceId, error: error.toJSON() } } };
}
