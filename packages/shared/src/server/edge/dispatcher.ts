import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { AnyRouter } from "@trpc/server";
import { WebSocketServer } from "ws";
import { AppError, isAppError } from "../../app-error.ts";
import { ANONYMOUS, type Caller } from "../../caller.ts";
import { LIVE_SOCKET_PATH } from "../../live.ts";
import type { Connection, ILogger, ISessionPort, RequestContext } from "../../trpc/context.ts";
import { toAppError } from "../../trpc/errors.ts";
import type { KernelConfig } from "../config/kernel-config.ts";
import type { IServiceTokens } from "../service-token.ts";
import { bearerToken, resolveSession } from "./credentials.ts";
import { isJson, isOctetStream, refuseCrossSite } from "./cross-site.ts";
import { docsPage } from "./docs-page.ts";
import type { Drain } from "./drain.ts";
import type { Exchange } from "./exchange.ts";
import { LiveSocket, MAX_MESSAGE_BYTES } from "./live-socket.ts";
import { LIVE_STREAM_LIMITS, LiveStreams, mayGoOn, type LiveStreamLimits } from "./live-streams.ts";
import { once } from "./once.ts";
import { answerHealth, answerReady, remembered, type ReadinessSummary } from "./probes.ts";
import { PublicAddress } from "./public-address.ts";
import { discardRest, readJsonText } from "./request-body.ts";
import type { RequestFacts } from "./request-facts.ts";
import { openApiDocument, type OpenApiInfo } from "./rest/openapi-document.ts";
import { restOperations, streamOperations, type TransferOperation } from "./rest/operations.ts";
import { assembleInput } from "./rest/request-input.ts";
import { RestHandler, type RestCall } from "./rest/rest-handler.ts";
import { newNonce, setDataHeaders, setPageHeaders } from "./security-headers.ts";
import { sendError, sendText, type Surface } from "./send.ts";
import { answerServiceCall, SERVICE_CALL_PREFIX } from "./service-calls.ts";
import { SessionCookies } from "./session-cookie.ts";
import { TokenGuesses } from "./token-guesses.ts";
import { answerTrpc, subscriptionAt } from "./trpc-handler.ts";
import { answerTransfer, STALL_MS, type ServedTransfer } from "./transfers/answer-transfer.ts";
import { WebProxy } from "./web-proxy.ts";

export interface DispatcherOptions {
  readonly router: AnyRouter;
  readonly transfers?: readonly ServedTransfer[];
  /** After how long without a byte a transfer is given up. */
  readonly stallMs?: number;
  readonly liveLimits?: LiveStreamLimits;
  readonly config: Pick<KernelConfig, "server" | "secrets">;
  readonly log: ILogger;
  readonly sessions: ISessionPort;
  readonly serviceTokens: IServiceTokens;
  readonly createContext: (facts: RequestFacts) => RequestContext;
  readonly readiness: () => Promise<ReadinessSummary>;
  readonly openApiInfo: OpenApiInfo;
  /** REST paths that belong to the modules here, with `/api/v1`: a route outside of them does not start. */
  readonly apiBases: readonly string[];
  readonly development: boolean;
}

const TRPC = "/api/trpc/";
const REST = "/api/v1";
/** Anybody may ask whether the process is ready, and finding out asks everything it stands on. */
const READINESS_MS = 1_000;

/** Decides what a request is for, and who asks. */
export class Dispatcher {
  readonly address: PublicAddress;
  readonly cookies: SessionCookies;
  readonly web: WebProxy;
  readonly #options: DispatcherOptions;
  readonly #rest: RestHandler;
  readonly #transfers: ReadonlyMap<string, ServedTransfer>;
  readonly #live: LiveStreams;
  readonly #sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  readonly #guesses = new TokenGuesses();
  readonly #readiness: () => Promise<ReadinessSummary>;
  readonly #document: () => { readonly json: string; readonly page: (nonce: string) => string };

  constructor(options: DispatcherOptions) {
    const { config, router, transfers = [], apiBases, openApiInfo, log, development } = options;
    this.#options = options;
    this.#readiness = remembered(options.readiness, READINESS_MS);
    this.#live = new LiveStreams(options.liveLimits ?? LIVE_STREAM_LIMITS);
    this.address = new PublicAddress(config.server);
    this.cookies = new SessionCookies({ secret: config.secrets.session, secure: this.address.secure });
    this.web = new WebProxy({ webUrl: config.server.webUrl, secureSite: this.address.secure, development, log });
    const operations = restOperations(router, apiBases, transfers);
    this.#transfers = new Map(transfers.map((transfer) => [transfer.name, transfer]));
    this.#rest = new RestHandler(operations);
    this.#document = once(() => {
      const document = openApiDocument(operations, streamOperations(router), openApiInfo, this.cookies.name);
      return { json: JSON.stringify(document), page: (nonce) => docsPage(document, nonce) };
    });
  }

  async handle(exchange: Exchange, drain: Drain): Promise<void> {
    exchange.response.setHeader("x-trace-id", exchange.traceId);
    try {
      await this.#route(exchange, drain);
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  async #route(exchange: Exchange, drain: Drain): Promise<void> {
    const { path, request } = exchange;
    if (path === "/health") return answerHealth(exchange);
    if (path === "/ready") return answerReady(exchange, this.#readiness, drain.draining);
    drain.requireOpen();
    if (!path.startsWith("/")) {
      throw new AppError("invalid", "target_invalid", "This is no proxy: a request names a path of this installation.", { remedy: "Send the path alone, from its first slash." });
    }
    if (path.startsWith("/internal/")) return this.#service(exchange);
    this.address.requireHost(request.headers.host);
    if (path !== "/api" && !path.startsWith("/api/")) return this.web.pass(exchange);
    setDataHeaders(exchange.response);
    if (path.startsWith(TRPC)) return this.#trpc(exchange);
    if (path === `${REST}/openapi.json` || path === `${REST}/docs`) return this.#documentation(exchange);
    if (path.startsWith(`${REST}/`)) return this.#restCall(exchange);
    throw nothingAt(path);
  }

  async #trpc(exchange: Exchange): Promise<void> {
    const { method, response, path } = exchange;
    requireMethod(exchange, ["GET", "POST"]);
    if (method === "OPTIONS") return void response.writeHead(204).end();
    const body = await this.#body(exchange);
    const ctx = this.#options.createContext(await this.#facts(exchange));
    const name = path.slice(TRPC.length);
    const subscription = subscriptionAt(this.#options.router, name);
    if (subscription) {
      const leave = this.#live.enter(ctx);
      const stopRechecks = this.#live.recheck(async () => mayGoOn(await this.#callerNow(exchange.request), ctx, subscription), () => response.destroy());
      response.once("close", () => {
        stopRechecks();
        leave();
      });
    }
    await answerTrpc(this.#options.router, exchange, name, body, ctx);
  }

  /** A websocket of one of our own pages; the edge has checked that. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, connection: Connection): void {
    const { url = "" } = request;
    if (url === LIVE_SOCKET_PATH) return this.#liveSocket(request, socket, head, connection);
    if (url.startsWith("/_next/")) return this.web.passUpgrade(request, socket, head);
    throw new AppError("not_found", "no_such_operation", "There is no websocket here.", { remedy: "See /api/v1/openapi.json for what there is." });
  }

  #liveSocket(request: IncomingMessage, socket: Duplex, head: Buffer, connection: Connection): void {
    const { router, createContext } = this.#options;
    this.#sockets.handleUpgrade(request, socket, head, (page) => {
      new LiveSocket(page, {
        router,
        live: this.#live,
        callerNow: () => this.#callerNow(request),
        createContext: (facts) => createContext({ ...facts, via: "edge", connection, sessionCookie: null }),
      }).serve();
    });
  }

  /** Whose session it is by now; nobody's when it is over. */
  #callerNow(request: IncomingMessage): Promise<Caller> {
    return this.#callerOf(request).catch((error: unknown) => {
      if (isAppError(error) && error.kind === "unauthenticated") return ANONYMOUS;
      throw error;
    });
  }

  async #restCall(exchange: Exchange): Promise<void> {
    const call = this.#rest.match(exchange, exchange.path.slice(REST.length));
    if (call === null) return;
    const { operation, parameters } = call;
    if (operation.kind !== "procedure") return this.#transfer(exchange, operation, parameters);
    const body = operation.input?.body ? await this.#body(exchange) : "";
    const ctx = this.#options.createContext(await this.#facts(exchange));
    await this.#rest.answer(exchange, operation, parameters, body, ctx);
  }

  async #transfer(exchange: Exchange, { name, input }: TransferOperation, parameters: RestCall["parameters"]): Promise<void> {
    const transfer = this.#transfers.get(name);
    if (transfer === undefined) throw nothingAt(exchange.path);
    const ctx = this.#options.createContext(await this.#facts(exchange, isOctetStream));
    const rawInput = () => (input === null ? undefined : assembleInput(input, { parameters, query: exchange.query, body: "" }));
    await answerTransfer(exchange, transfer, rawInput, ctx, this.#options.stallMs ?? STALL_MS);
  }

  async #service(exchange: Exchange): Promise<void> {
    setDataHeaders(exchange.response);
    const { router, serviceTokens, config, createContext, stallMs = STALL_MS } = this.#options;
    await answerServiceCall(exchange, { router, transfers: this.#transfers, stallMs, tokens: serviceTokens, bodyLimitBytes: config.server.bodyLimitBytes, createContext });
  }

  #documentation(exchange: Exchange): void {
    requireMethod(exchange, ["GET", "HEAD"]);
    const { response, path } = exchange;
    if (path.endsWith(".json")) return sendText(response, 200, "application/json", this.#document().json);
    const nonce = newNonce();
    setPageHeaders(response, this.address.secure);
    response.setHeader("content-security-policy", `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
    sendText(response, 200, "text/html", this.#document().page(nonce));
  }

  #body({ request }: Exchange): Promise<string> {
    return readJsonText(request, this.#options.config.server.bodyLimitBytes);
  }

  async #facts(exchange: Exchange, isExpected = isJson): Promise<RequestFacts> {
    const { request, response, connection, traceId, abort } = exchange;
    if (bearerToken(request.headers.authorization) === null) refuseCrossSite(exchange, this.address, this.cookies.read(request.headers.cookie).present, isExpected);
    const caller = await this.#callerAt(exchange);
    return { caller, via: "edge", connection, traceId, signal: abort.signal, sessionCookie: this.cookies.writer(response) };
  }

  /** A cookie is signed, so only a token can be made up. */
  async #callerAt({ request, connection }: Exchange): Promise<Caller> {
    if (bearerToken(request.headers.authorization) === null) return this.#callerOf(request);
    await this.#guesses.requireAllowance(connection.address);
    return this.#callerOf(request).catch(async (error: unknown) => {
      if (isAppError(error) && error.kind === "unauthenticated") await this.#guesses.countWrong(connection.address);
      throw error;
    });
  }

  #callerOf({ headers }: IncomingMessage): Promise<Caller> {
    return resolveSession(this.#options.sessions, bearerToken(headers.authorization), this.cookies.read(headers.cookie));
  }

  #fail(exchange: Exchange, thrown: unknown): void {
    const error = toAppError(thrown);
    if (error.kind === "internal") this.#options.log.error({ err: thrown, path: exchange.path }, "Request failed");
    const surface: Surface = exchange.path.startsWith(TRPC) || exchange.path.startsWith(SERVICE_CALL_PREFIX) ? "trpc" : "rest";
    if (!exchange.response.headersSent && !exchange.response.hasHeader("content-security-policy")) setDataHeaders(exchange.response);
    discardRest(exchange);
    sendError(exchange, error, surface);
  }
}

function requireMethod({ method, response }: Exchange, allowed: readonly string[]): void {
  if (allowed.includes(method) || method === "OPTIONS") {
    if (method === "OPTIONS") response.setHeader("allow", allowed.join(", "));
    return;
  }
  response.setHeader("allow", allowed.join(", "));
  throw new AppError("invalid", "method_not_supported", `This path does not take ${method}.`, { remedy: `It takes ${allowed.join(", ")}.` });
}

function nothingAt(path: string): AppError {
  return new AppError("not_found", "no_such_operation", `There is nothing at ${path.slice(0, 200)}.`, { remedy: "See /api/v1/openapi.json for what there is." });
}
