import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { AppError, isAppError } from "../../app-error.ts";
import { newTraceId, runWithTrace, traceIdOf } from "../trace-context.ts";
import { clientAddress, trustedProxies, type TrustedProxies } from "./client-address.ts";
import { Dispatcher, type DispatcherOptions } from "./dispatcher.ts";
import { Drain } from "./drain.ts";
import type { Exchange } from "./exchange.ts";
import { restError } from "./send.ts";
import { hasBody } from "./cross-site.ts";
import { requireAllowedLength } from "./request-body.ts";

export interface EdgeTimeouts {
  /** Until a request's headers have arrived. */
  readonly headersMs: number;
  /** Until a whole request has arrived. */
  readonly requestMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs: number;
}

export interface EdgeOptions extends Omit<DispatcherOptions, "development"> {
  /** Pages come from a development server, which evaluates code. */
  readonly development?: boolean;
  readonly timeouts?: Partial<EdgeTimeouts>;
}

/** The HTTP side of a process: API, service calls, probes and pages on one port. */
export interface Edge {
  listen(): Promise<{ readonly port: number; readonly url: string }>;
  /** Answers `/ready` with 503, lets running requests end within `seconds`, then cuts them off and closes the port. */
  drain(seconds: number): Promise<void>;
}

const TIMEOUTS: EdgeTimeouts = { headersMs: 15_000, requestMs: 60_000, keepAliveMs: 65_000 };
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_HEADERS = 100;
const MAX_USER_AGENT = 400;

export function createEdge(options: EdgeOptions): Edge {
  const { config, log } = options;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const dispatcher = new Dispatcher({ ...options, development: options.development ?? false });
  const trusted = trustedProxies(config.server.trustedProxies);
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: timeouts.headersMs,
    // Ours, per request: a transfer may take as long as it moves.
    requestTimeout: 0,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: Math.min(timeouts.headersMs, 5_000) / 2,
    // Refused by us, with a body that says why.
    requireHostHeader: false,
  });
  server.maxHeadersCount = MAX_HEADERS;
  const drain = new Drain(server);

  const current = new WeakMap<Duplex, ServerResponse>();

  const accept = (request: IncomingMessage, response: ServerResponse) => {
    const exchange = openExchange(request, response, trusted, timeouts.requestMs);
    current.set(request.socket, response);
    drain.enter(exchange);
    void runWithTrace(exchange.traceId, () => dispatcher.handle(exchange, drain));
  };
  server.on("request", accept);
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (fits(request, config.server.bodyLimitBytes)) response.writeContinue();
    accept(request, response);
  });
  server.on("checkExpectation", accept);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => answerBrokenRequest(error, socket, current.get(socket)));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    drain.enterSocket(socket);
    try {
      drain.requireOpen();
      requireOwnPage(request, dispatcher);
      dispatcher.upgrade(request, socket, head, connectionOf(request, trusted));
    } catch (error) {
      refuseRaw(socket, isAppError(error) ? error : new AppError("invalid", "malformed_request", "The request cannot be read.", { remedy: "Send a websocket handshake." }));
    }
  });

  return {
    listen: async () => {
      await listening(server, config.server.port, config.server.host);
      const { port } = addressOf(server);
      const { host, publicUrl } = config.server;
      log.debug({ host, port }, "Listening");
      return { port, url: publicUrl ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}` };
    },
    drain: async (seconds) => {
      await drain.drain(seconds);
      dispatcher.web.close();
    },
  };
}

function openExchange(request: IncomingMessage, response: ServerResponse, trusted: TrustedProxies, requestMs: number): Exchange {
  const { headers, socket } = request;
  const target = request.url ?? "";
  const mark = target.indexOf("?");
  const abort = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) abort.abort();
  });
  const behindProxy = trusted(clientAddress(socket.remoteAddress, undefined, trusted));
  return {
    request,
    response,
    method: request.method ?? "GET",
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    traceId: traceIdOf(single(headers["traceparent"])) ?? newTraceId(),
    connection: connectionOf(request, trusted),
    secure: behindProxy && single(headers["x-forwarded-proto"]) === "https",
    arrival: limitArrival(request, response, requestMs),
    abort,
  };
}

function connectionOf({ headers, socket }: IncomingMessage, trusted: TrustedProxies): Exchange["connection"] {
  return { address: clientAddress(socket.remoteAddress, single(headers["x-forwarded-for"]), trusted), userAgent: (headers["user-agent"] ?? "").slice(0, MAX_USER_AGENT) };
}

/** A body that does not arrive in time is answered with 408. */
function limitArrival(request: IncomingMessage, response: ServerResponse, ms: number): Exchange["arrival"] {
  if (!hasBody(request.headers)) return { lift: () => {} };
  const timer = setTimeout(() => {
    if (!request.complete) answerBrokenRequest(Object.assign(new Error("The body did not arrive in time"), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), request.socket, response);
  }, ms);
  const lift = () => clearTimeout(timer);
  request.once("close", lift);
  return { lift };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(",") : header;
}

function fits({ headers }: IncomingMessage, limitBytes: number): boolean {
  try {
    requireAllowedLength(headers["content-length"], limitBytes);
    return true;
  } catch {
    return false;
  }
}

/** A websocket carries the session cookie without any of the browser's protections for requests: only our own pages may open one. */
function requireOwnPage({ headers }: IncomingMessage, { address }: Dispatcher): void {
  const host = address.requireHost(headers.host);
  const { origin } = headers;
  if (origin === undefined || !(address.isOwnOrigin(origin, host, false) || address.isOwnOrigin(origin, host, true))) {
    throw new AppError("forbidden", "cross_site_request", "Websockets are open to the product's own pages only.", { remedy: "Open it from a page of this installation." });
  }
}

const BROKEN: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "headers_too_large", `The headers are larger than ${MAX_HEADER_BYTES} bytes.`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request_timeout", "The request did not arrive in time."],
};

/** What never became a whole request: headers that are too large, too slow or not HTTP, a body that does not end. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, response: ServerResponse | undefined): void {
  const answering = response !== undefined && !response.writableFinished;
  const tooSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  // Two answers on one connection would be taken for each other.
  if (error.code === "ECONNRESET" || !socket.writable || (answering && (response.headersSent || !tooSlow))) {
    socket.destroy();
    return;
  }
  const [status, code, message] = BROKEN[error.code ?? ""] ?? [400, "malformed_request", "The request is not valid HTTP."];
  refuseRaw(socket, new AppError("invalid", code, message, { remedy: "Send a valid HTTP/1.1 request." }), status);
}

const REASONS: Readonly<Record<number, string>> = { 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout", 431: "Request Header Fields Too Large", 503: "Service Unavailable" };

function refuseRaw(socket: Duplex, error: AppError, status = error.httpStatus): void {
  const body = JSON.stringify(restError(error, newTraceId()));
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Refused"}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "x-content-type-options: nosniff",
    "cache-control: no-store",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function listening(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, () => {
    server.off("error", reject);
    resolve();
  });
  return promise.catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw cause;
    const why = { EADDRINUSE: "something else listens there", EACCES: "this account may not listen there", EADDRNOTAVAIL: "this machine does not have that address" }[code];
    throw new AppError("unavailable", "port_unavailable", `Cannot listen on ${host}:${port}: ${why}.`, { remedy: "Set PORT or HOST to one that is free, or stop the other program.", cause });
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address;
}
