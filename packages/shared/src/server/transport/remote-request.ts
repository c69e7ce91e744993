import { request as httpRequest, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { z } from "zod";
import { AppError, AppErrorDataSchema } from "../../app-error.ts";
import type { Caller } from "../../caller.ts";
import type { Connection } from "../../trpc/context.ts";
import type { IServiceTokens } from "../service-token.ts";
import { currentTraceId, newTraceId, traceparentOf } from "../trace-context.ts";
import { cancelled } from "./cancellation.ts";
import { readText } from "./read-text.ts";
import { serviceTokenRefused, serviceUnreachable, type RemoteModule } from "./remote-errors.ts";

export interface RemoteRequestDeps extends RemoteModule {
  readonly tokens: IServiceTokens;
}

/** How long the other process may take to begin. */
const BEGIN_MS = 30_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const ErrorAnswerSchema = z.object({ error: AppErrorDataSchema });

/** What a request of somebody outside carries to the process that answers it. */
export async function passportOf({ module, tokens }: RemoteRequestDeps, { caller, connection }: { readonly caller: Caller; readonly connection: Connection }): Promise<Record<string, string>> {
  const traceId = currentTraceId() ?? newTraceId();
  const token = await tokens.sign({ audience: module, caller, traceId, deadline: new Date(Date.now() + BEGIN_MS), forwarded: connection });
  return { authorization: `Bearer ${token}`, traceparent: traceparentOf(traceId) };
}

export function open(url: URL, options: { readonly method: string; readonly headers: OutgoingHttpHeaders }, signal: AbortSignal): ClientRequest {
  const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options);
  const leave = () => request.destroy(cancelled(signal.reason));
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  request.once("close", () => signal.removeEventListener("abort", leave));
  return request;
}

/** The answer's head. Throws what it says when it is an error. */
export async function answered(deps: RemoteModule, request: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once("response", resolve);
  request.on("error", reject);
  const response = await promise.catch((error: unknown) => {
    throw error instanceof AppError ? error : serviceUnreachable(deps, error);
  });
  if ((response.statusCode ?? 0) < 400) return response;
  const text = await textOf(deps, response);
  request.destroy();
  const { data } = ErrorAnswerSchema.safeParse(parsed(text));
  if (data === undefined) throw serviceUnreachable(deps, new Error(`Answer ${response.statusCode} is not one of ours`));
  throw data.error.code === "service_token_invalid" ? serviceTokenRefused(deps) : AppError.fromJSON(data.error);
}

export async function textOf(deps: RemoteModule, response: IncomingMessage): Promise<string> {
  return readText(response, MAX_ANSWER_BYTES).catch((error: unknown) => {
    throw serviceUnreachable(deps, error);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
