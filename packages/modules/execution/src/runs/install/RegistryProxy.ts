import { lookup } from "node:dns/promises";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isPrivateAddress } from "@coder/shared/server";

/** The one place that a proxy leads to. */
export interface Allowed {
  readonly hostname: string;
  readonly port: number;
  /** It may have an address that is not public. */
  readonly isPrivateAllowed: boolean;
}

export interface Traffic {
  readonly host: string;
  requests: number;
  bytes: number;
}

const CONNECT_MS = 15_000;
const IDLE_MS = 120_000;

export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * The way out for an installation: a proxy on a Unix socket that leads to the registry and nowhere else. The name is resolved here, once per connection, and
 * connected to by address, so no answer of a name server leads into the private network. Counts what goes through.
 */
export class RegistryProxy {
  readonly #allowed: Allowed;
  readonly #resolve: Resolve;
  readonly #server: Server;
  readonly #open = new Set<Duplex>();
  readonly #traffic = new Map<string, Traffic>();

  constructor(deps: { readonly allowed: Allowed; readonly resolve?: Resolve }) {
    this.#allowed = deps.allowed;
    this.#resolve = deps.resolve ?? resolveHost;
    this.#server = createServer((incoming, answer) => void this.#forward(incoming, answer));
    this.#server.on("connect", (incoming, socket, head) => void this.#tunnel(incoming, socket, head));
    this.#server.on("connection", (socket) => this.#keep(socket));
  }

  listen(socketPath: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject).listen(socketPath, () => resolve());
    return promise;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#open) socket.destroy();
    await promise;
  }

  /** Where was asked for what: refused hosts too, with no bytes. */
  traffic(): readonly Traffic[] {
    return [...this.#traffic.values()];
  }

  async #tunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const target = URL.parse(`http://${incoming.url ?? ""}`);
    const port = Number(target?.port || 443);
    const traffic = this.#count(target?.hostname ?? "", port);
    const address = target ? await this.#address(target.hostname, port) : null;
    if (address === null) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const upstream = connect({ host: address, port, timeout: CONNECT_MS });
    this.#keep(upstream);
    upstream.once("error", () => socket.destroy());
    upstream.once("connect", () => {
      upstream.setTimeout(IDLE_MS, () => upstream.destroy());
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) upstream.write(head);
      upstream.on("data", (chunk: Buffer) => void (traffic.bytes += chunk.length));
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.once("close", () => socket.destroy());
    socket.once("close", () => upstream.destroy());
  }

  /** For a registry without TLS. */
  async #forward(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const target = URL.parse(incoming.url ?? "");
    const port = Number(target?.port || 80);
    const traffic = this.#count(target?.hostname ?? "", port);
    const address = target?.protocol === "http:" ? await this.#address(target.hostname, port) : null;
    if (!target || address === null) return void answer.writeHead(403).end();
    const { "proxy-connection": _proxy, "proxy-authorization": _secret, ...headers } = incoming.headers;
    const outgoing = request({ host: address, port, method: incoming.method, path: `${target.pathname}${target.search}`, headers: { ...headers, host: target.host }, timeout: IDLE_MS });
    outgoing.once("error", () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
    outgoing.once("response", (response) => {
      response.on("data", (chunk: Buffer) => void (traffic.bytes += chunk.length));
      response.once("error", () => answer.destroy());
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    answer.once("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  /** The address to connect to; null for everything that is not the registry. */
  async #address(hostname: string, port: number): Promise<string | null> {
    const { hostname: allowed, port: allowedPort, isPrivateAllowed } = this.#allowed;
    if (hostname !== allowed || port !== allowedPort) return null;
    try {
      const literal = hostname.replace(/^\[|\]$/g, "");
      const addresses = isIP(literal) === 0 ? await this.#resolve(hostname) : [literal];
      if (!isPrivateAllowed && addresses.some(isPrivateAddress)) return null;
      return addresses[0] ?? null;
    } catch {
      return null;
    }
  }

  #count(hostname: string, port: number): Traffic {
    const host = `${hostname}:${port}`.slice(0, 260);
    // A program that asks for ever new names fills no memory.
    const traffic = this.#traffic.get(host) ?? { host, requests: 0, bytes: 0 };
    if (this.#traffic.size < MAX_HOSTS) this.#traffic.set(host, traffic);
    traffic.requests += 1;
    return traffic;
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket)).on("error", () => socket.destroy());
  }
}

const MAX_HOSTS = 100;

async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
