import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface DatabaseProxy {
  /** The same address, by way of the proxy. */
  through(url: string): string;
  /** Round trips since the last call: how often somebody spoke again after an answer. */
  turns(): number;
  /** Cuts every connection as soon as the client has sent these words: before the server hears them, or before the client hears the answer. */
  cutAt(words: string, when: "unheard" | "unanswered"): void;
  close(): Promise<void>;
}

const LATENCY_MS = 10;

/** Stands between a client and PostgreSQL: counts round trips, and cuts the line at a chosen moment. */
export async function startProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let turns = 0;
  let cut: { words: Buffer; when: "unheard" | "unanswered" } | null = null;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let listening = true;
    let deaf = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data: Buffer) => {
      // The relay's wake-up is nobody's wait.
      if (listening && !data.includes("notify ")) turns += 1;
      listening = false;
      const now = cut !== null && data.includes(cut.words) ? cut.when : null;
      if (now !== null) cut = null;
      if (now === "unheard") return client.destroy();
      if (now === "unanswered") deaf = true;
      return upstream.write(data);
    });
    upstream.on("data", (data: Buffer) => {
      // A slow line: what was sent together has all passed by the time the first answer does, or is lost.
      setTimeout(() => {
        listening = true;
        if (deaf) client.destroy();
        else if (!client.destroyed) client.write(data);
      }, LATENCY_MS);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port was given");
  return {
    through: (original) => {
      const through = new URL(original);
      through.port = String(address.port);
      return through.toString();
    },
    turns: () => {
      const counted = turns;
      turns = 0;
      return counted;
    },
    cutAt: (words, when) => {
      cut = { words: Buffer.from(words), when };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
