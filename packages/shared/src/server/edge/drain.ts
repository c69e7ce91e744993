import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { AppError } from "../../app-error.ts";
import { within } from "../within.ts";
import type { Exchange } from "./exchange.ts";

/** Everything is destroyed by then: only the operating system's word is missing. */
const CLOSE_MS = 1_000;

/** Knows which requests run, and lets them end when the process is to stop. */
export class Drain {
  readonly #running = new Set<Exchange>();
  readonly #sockets = new Set<Duplex>();
  readonly #server: Server;
  #idle: (() => void) | null = null;
  #draining = false;

  constructor(server: Server) {
    this.#server = server;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Throws while the process is stopping. */
  requireOpen(): void {
    if (this.#draining) throw new AppError("unavailable", "draining", "This process is stopping and takes no new work.", { remedy: "Try again in a moment." });
  }

  enter(exchange: Exchange): void {
    this.#running.add(exchange);
    // The last answer on a kept-alive connection tells the client to open a new one, at a process that stays.
    if (this.#draining) exchange.response.setHeader("connection", "close");
    exchange.response.once("close", () => {
      this.#running.delete(exchange);
      if (this.#running.size === 0) this.#idle?.();
    });
  }

  /** A websocket: the server forgets about it, so its end has to be seen to here. */
  enterSocket(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Takes no new work, waits for what runs, and cuts off what still runs after `seconds`. */
  async drain(seconds: number): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    for (const exchange of this.#running) this.#askToEnd(exchange);
    this.#endSockets();
    this.#server.closeIdleConnections();
    const { promise: idle, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    if (this.#running.size === 0) resolve();
    const { promise: late, resolve: giveUp } = Promise.withResolvers<void>();
    const deadline = setTimeout(giveUp, seconds * 1000);
    await Promise.race([idle, late]);
    clearTimeout(deadline);
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    this.#server.closeAllConnections();
    // Also those that were refused meanwhile and whose other side does not let go: `close` waits for them, `closeAllConnections` does not know them.
    this.#endSockets();
    await within(closed, CLOSE_MS);
  }

  #endSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #askToEnd({ response }: Exchange): void {
    // A live stream never ends by itself; its client reconnects.
    if (String(response.getHeader("content-type") ?? "").startsWith("text/event-stream")) response.destroy();
    else if (!response.headersSent) response.setHeader("connection", "close");
  }
}
