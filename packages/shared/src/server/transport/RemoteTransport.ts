import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { z } from "zod";
import { AppError, AppErrorDataSchema, isAppError } from "../../app-error.ts";
import type { ISessionCookie } from "../../trpc/context.ts";
import type { IServiceTransport, ServiceCall } from "../../trpc/service-client.ts";
import { routerKey } from "../host/registry.ts";
import type { IServiceTokens } from "../service-token.ts";
import { currentTraceId, newTraceId, traceparentOf } from "../trace-context.ts";
import { cancelled } from "./cancellation.ts";
import { applyCookieRelay, COOKIE_RELAY_HEADER } from "./cookie-relay.ts";
import { readText } from "./read-text.ts";
import { serviceTokenRefused, serviceUnreachable, type RemoteModule } from "./remote-errors.ts";

export interface RemoteTransportDeps extends RemoteModule {
  readonly tokens: IServiceTokens;
  /** How long a call may take altogether. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

const AnswerSchema = z.union([
  z.object({ result: z.object({ data: z.unknown().optional() }) }),
  z.object({ error: z.object({ data: z.object({ error: AppErrorDataSchema }) }) }),
]);

interface RawAnswer {
  readonly status: number;
  readonly body: string;
  readonly cookieRelay: string | undefined;
}

/**
 * Calls a module in another process. One call is one request with a token of its own: nothing is batched, because a batch
 * goes out under one identity. Nothing is retried either: whether a lost call took effect is not known here.
 */
export class RemoteTransport implements IServiceTransport {
  readonly #deps: RemoteTransportDeps;
  readonly #agent: HttpAgent;
  readonly #base: URL;

  constructor(deps: RemoteTransportDeps) {
    this.#deps = deps;
    this.#base = new URL("/internal/trpc/", deps.url);
    this.#agent = this.#base.protocol === "https:" ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  async call(call: ServiceCall): Promise<unknown> {
    const { caller, signal, forwarded } = call;
    if (signal?.aborted) throw cancelled(signal.reason);
    const timeoutMs = this.#deps.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const traceId = currentTraceId() ?? newTraceId();
    const token = await this.#deps.tokens.sign({
      audience: this.#deps.module,
      caller,
      traceId,
      deadline: new Date(Date.now() + timeoutMs),
      ...(forwarded === undefined ? {} : { forwarded: forwarded.connection }),
    });
    const answer = await this.#post(call, { authorization: `Bearer ${token}`, traceparent: traceparentOf(traceId) }, timeoutMs);
    return this.#read(answer, forwarded?.sessionCookie ?? null);
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  #post({ procedure, input, signal }: ServiceCall, headers: Record<string, string>, timeoutMs: number): Promise<RawAnswer> {
    const url = new URL(`${routerKey(this.#deps.module)}.${procedure}`, this.#base);
    const body = input === undefined ? "" : JSON.stringify(input);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const request = send(url, {
      method: "POST",
      agent: this.#agent,
      headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    const deadline = setTimeout(() => request.destroy(this.#timedOut(procedure, timeoutMs)), timeoutMs);
    const onAbort = () => request.destroy(cancelled(signal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    request.on("response", (response) => readAnswer(response).then(resolve, reject));
    request.on("error", reject);
    request.end(body);
    return promise
      .catch((error: unknown) => {
        throw isAppError(error) ? error : serviceUnreachable(this.#deps, error);
      })
      .finally(() => {
        clearTimeout(deadline);
        signal?.removeEventListener("abort", onAbort);
      });
  }

  #read({ status, body, cookieRelay }: RawAnswer, sessionCookie: ISessionCookie | null): unknown {
    const parsed = AnswerSchema.safeParse(parseJson(body));
    if (!parsed.success) throw serviceUnreachable(this.#deps, new Error(`Answer ${status} is not one of ours`));
    if (cookieRelay !== undefined && sessionCookie !== null) applyCookieRelay(cookieRelay, sessionCookie);
    if ("result" in parsed.data) return parsed.data.result.data;
    const { error } = parsed.data.error.data;
    if (error.code === "service_token_invalid") throw serviceTokenRefused(this.#deps);
    throw AppError.fromJSON(error);
  }

  #timedOut(procedure: string, timeoutMs: number): AppError {
    const { module } = this.#deps;
    return new AppError("timeout", "service_timeout", `The part "${module}" did not answer within ${timeoutMs / 1000} s.`, {
      remedy: "See whether it took effect before you try again.",
      details: { module, procedure, timeoutMs },
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<RawAnswer> {
  const body = await readText(response, MAX_ANSWER_BYTES);
  const cookieRelay = response.headers[COOKIE_RELAY_HEADER];
  return { status: response.statusCode ?? 0, body, cookieRelay: typeof cookieRelay === "string" ? cookieRelay : undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
