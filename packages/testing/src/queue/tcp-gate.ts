import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server that can be closed: what the other side sees when a server or the network dies, without losing its data. */
export class TcpGate {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server;
  readonly #listeners = new Set<(data: Buffer) => void>();
  #port = 0;
  #frozen = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = this.#create();
  }

  static async before(targetPort: number): Promise<TcpGate> {
    const gate = new TcpGate(targetPort);
    await gate.#listen(0);
    return gate;
  }

  get port(): number {
    return this.#port;
  }

  /** Breaks every connection and refuses new ones. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** As soon as somebody says these words, keeps every connection and lets nothing through any more: what a server that hangs looks like. */
  async freezeAt(words: string): Promise<void> {
    const said = Promise.withResolvers<void>();
    this.#listeners.add((data) => data.includes(words) && said.resolve(this.#freeze()));
    await said.promise;
  }

  async open(): Promise<void> {
    this.#listeners.clear();
    this.#frozen = false;
    this.#server = this.#create();
    await this.#listen(this.#port);
  }

  #create(): Server {
    return createServer((client) => {
      const upstream = connect(this.#target, "127.0.0.1");
      for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.on("data", (data: Buffer) => this.#listeners.forEach((listener) => listener(data)));
        if (!this.#frozen) socket.pipe(other);
      }
    });
  }

  #freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("No port was given");
    this.#port = address.port;
  }
}
