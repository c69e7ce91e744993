import type { AnyProcedure, AnyRouter } from "@trpc/server";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { RequestContext } from "../../trpc/context.ts";
import { isAppError } from "../../app-error.ts";
import { toAppError } from "../../trpc/errors.ts";
import type { Exchange } from "./exchange.ts";
import { refuseHostileJson } from "./request-body.ts";
import { answerPlainCalls, MAX_BATCH, plainCalls, waitHeaders } from "./trpc-plain-calls.ts";

/** The subscription that a request asks for; null when it asks for something else. */
export function subscriptionAt(router: AnyRouter, path: string): AnyProcedure | null {
  const procedures: Readonly<Record<string, AnyProcedure>> = router._def.procedures;
  const found = Object.hasOwn(procedures, path) ? procedures[path] : undefined;
  return found?._def.type === "subscription" ? found : null;
}

/**
 * Answers a tRPC request: single, batched, streamed (JSON lines) or a live stream (server-sent events).
 *
 * @param path of the procedure or procedures, below the mount point
 * @param body as text; the edge has read and checked it
 */
export async function answerTrpc(router: AnyRouter, exchange: Exchange, path: string, body: string, ctx: RequestContext): Promise<void> {
  const search = new URLSearchParams(exchange.query);
  const input = exchange.method === "GET" ? search.get("input") : null;
  if (input !== null) refuseHostileJson(input);
  const plain = plainCalls(router, exchange, path, search, body);
  if (plain !== null) return answerPlainCalls(router, exchange, plain, ctx);
  await nodeHTTPRequestHandler({
    router,
    path,
    req: Object.assign(exchange.request, { body }),
    res: exchange.response,
    createContext: () => ctx,
    onError: ({ error, type }) => {
      // What ends a stream on its way; how a call failed that never began, its procedure has logged.
      if (type === "subscription" && !isAppError(error.cause)) ctx.log.error({ path, err: error.cause ?? error }, "A live stream failed");
    },
    maxBatchSize: MAX_BATCH,
    allowMethodOverride: true,
    responseMeta: ({ errors }) => ({ headers: new Headers(waitHeaders(errors.map(toAppError)).map(([name, value]): [string, string] => [name, value])) }),
  });
}
