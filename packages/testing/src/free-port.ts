import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that kernels give to connections: one of them could have it before somebody listens there. */
const [LOWEST, ABOVE] = [20_000, 32_768];

/**
 * A port that was free a moment ago, for processes that have to know each other's address before they start. Nobody else is given it
 * until this process ends, the launcher neither: a UDP socket of the same number holds it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, ABOVE);
    if ((await isFree(port)) && (await reserve(port))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const listening = await once(server, "listening").then(() => true, () => false);
  if (!listening) return false;
  server.close();
  await once(server, "close");
  return true;
}

async function reserve(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  socket.unref();
  socket.bind({ port, address: "127.0.0.1", exclusive: true });
  return once(socket, "listening").then(() => true, () => false);
}
