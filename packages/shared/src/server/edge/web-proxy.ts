import { Agent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { AppError } from "../../app-error.ts";
import type { ILogger } from "../../trpc/context.ts";
import { AssetCache } from "./asset-cache.ts";
import { hasBody } from "./cross-site.ts";
import type { Exchange } from "./exchange.ts";
import { newNonce, pagePolicy, setPageHeaders } from "./security-headers.ts";
import { sendError, sendText } from "./send.ts";
import { UNAVAILABLE_PAGE } from "./unavailable-page.ts";

export interface WebProxyOptions {
  readonly webUrl: string | null;
  /** Whether people reach the installation over https. */
  readonly secureSite: boolean;
  /** The web server compiles on demand and evaluates code: its pages need a laxer policy. */
  readonly development: boolean;
  readonly log: ILogger;
}

/** Connections that nobody uses are closed here before the web server closes them (after 5 s), and with them whatever is just being asked. */
const IDLE_MS = 4_000;
const METHODS = ["GET", "HEAD", "POST", "OPTIONS"];

/** Of one connection, not of the message: they end here (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Passes pages on to the web server, as a stream in both directions. */
export class WebProxy {
  readonly #options: WebProxyOptions;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #assets = new AssetCache();

  constructor(options: WebProxyOptions) {
    this.#options = options;
  }

  async pass(exchange: Exchange): Promise<void> {
    const { request, response, method, abort } = exchange;
    setPageHeaders(response, this.#options.secureSite);
    if (!METHODS.includes(method)) {
      response.setHeader("allow", METHODS.join(", "));
      throw new AppError("invalid", "method_not_supported", `Pages do not take ${method}.`, { remedy: "The API is below /api/v1." });
    }
    const wanted = this.#assets.wantedBy(request);
    const asset = wanted === null ? undefined : this.#assets.get(wanted);
    if (asset) return void response.writeHead(200, asset.headers).end(asset.body);
    const policy = pagePolicy(newNonce(), this.#options.development);
    const headers = { ...forwardedHeaders(exchange), "content-security-policy": policy, ...(wanted === null ? {} : { "accept-encoding": wanted.encoding }) };
    const { promise, resolve } = Promise.withResolvers<void>();
    response.once("close", resolve);
    const ask = (): void => {
      const upstream = this.#open(request, headers);
      if (upstream === null) return this.#unavailable(exchange, new Error("server.webUrl is not set"));
      const leave = () => upstream.destroy();
      abort.signal.addEventListener("abort", leave, { once: true });
      upstream.once("response", (answer) => {
        copyAnswer(answer, exchange, policy);
        if (wanted !== null && !isPage(answer)) this.#assets.keep(wanted, answer);
        answer.pipe(response);
        answer.once("error", () => response.destroy());
      });
      upstream.once("error", (error) => {
        abort.signal.removeEventListener("abort", leave);
        if (abort.signal.aborted) return resolve();
        if (wasClosedBefore(upstream, exchange)) return ask();
        this.#unavailable(exchange, error);
        resolve();
      });
      request.pipe(upstream);
    };
    ask();
    return promise;
  }

  /** Joins a websocket to the web server: the development server's live reload. The edge has checked its origin. */
  passUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upstream = this.#open(request, { ...endToEnd(request.headers), connection: "Upgrade", upgrade: request.headers.upgrade });
    if (upstream === null) {
      socket.destroy();
      return;
    }
    upstream.once("upgrade", (answer, upstreamSocket, upstreamHead) => {
      socket.write(switchingProtocols(answer));
      socket.write(upstreamHead);
      upstreamSocket.write(head);
      socket.pipe(upstreamSocket).pipe(socket);
      upstreamSocket.once("error", () => socket.destroy()).once("close", () => socket.destroy());
      socket.once("close", () => upstreamSocket.destroy());
    });
    // Answered without switching protocols: whoever asked wanted a websocket or nothing.
    upstream.once("response", () => upstream.destroy());
    upstream.once("error", () => socket.destroy());
    upstream.once("response", () => socket.destroy());
    upstream.end();
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(request: IncomingMessage, headers: OutgoingHttpHeaders): ClientRequest | null {
    const { webUrl } = this.#options;
    if (webUrl === null) return null;
    const { hostname, port } = new URL(webUrl);
    return httpRequest({ agent: this.#agent, hostname, port, method: request.method, path: request.url, headers });
  }

  #unavailable(exchange: Exchange, cause: Error): void {
    const { request, response } = exchange;
    this.#options.log.warn({ webUrl: this.#options.webUrl, err: cause }, "Pages: the web server does not answer");
    if (response.headersSent || !(request.headers.accept ?? "").includes("text/html")) {
      sendError(exchange, new AppError("unavailable", "web_unavailable", "The web part of the installation does not answer.", { remedy: "Try again in a moment; the terminal of npm start names the reason if it stays.", cause }));
      return;
    }
    response.setHeader("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    response.setHeader("cache-control", "no-store");
    response.setHeader("retry-after", "3");
    sendText(response, 503, "text/html", UNAVAILABLE_PAGE);
  }
}

/** Whether the question may have met a connection that the web server was just closing because nobody had used it; then another one has to be asked. It had no body that is gone by now. */
function wasClosedBefore(upstream: ClientRequest, { request, response }: Exchange): boolean {
  return upstream.reusedSocket && !response.headersSent && (request.method === "GET" || request.method === "HEAD") && !hasBody(request.headers);
}

/** What the web server may know of the request. The session cookie goes along; pages read it to nothing, the API decides. */
function forwardedHeaders({ request, connection, secure, traceId }: Exchange): OutgoingHttpHeaders {
  return {
    ...endToEnd(request.headers),
    "x-forwarded-for": connection.address,
    "x-forwarded-proto": secure ? "https" : "http",
    "x-forwarded-host": request.headers.host,
    "x-trace-id": traceId,
  };
}

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? "").toLowerCase().split(",").map((name) => name.trim()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)));
}

function isPage({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.startsWith("text/html") ?? false;
}

/** Headers the edge has set stay as they are. */
function copyAnswer(answer: IncomingMessage, { response }: Exchange, policy: string): void {
  // Each page has a nonce of its own: also the one that says, where a file was asked for that never changes, that there is none.
  if (isPage(answer) && answer.headers["cache-control"]?.includes("immutable")) response.setHeader("cache-control", "no-store");
  for (const [name, value] of Object.entries(endToEnd(answer.headers))) {
    if (value !== undefined && name !== "x-powered-by" && !response.hasHeader(name)) response.setHeader(name, value);
  }
  if (isPage(answer)) response.setHeader("content-security-policy", policy);
  response.writeHead(answer.statusCode ?? 502);
}

function switchingProtocols({ rawHeaders }: IncomingMessage): string {
  const lines: string[] = ["HTTP/1.1 101 Switching Protocols"];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
