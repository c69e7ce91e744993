import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { codeOf, Problem } from "./problem.mjs";

/**
 * @param {number} port 0: any free one.
 * @param {string} [host]
 * @returns {Promise<{ port: number } | { code: string }>} The port, or why it cannot be listened on (`EADDRINUSE`: somebody holds it).
 */
export function probePort(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once("error", (error) => resolve({ code: codeOf(error) ?? error.message }));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? { port: address.port } : { code: "ENOTSUP" }));
    });
  });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} Whether nobody listens there on loopback.
 */
export async function isFree(port) {
  return "port" in (await probePort(port));
}

/** Below those that kernels give to connections: one of them could have it before somebody listens there. */
const [LOWEST, ABOVE] = [20_000, 32_768];
const TRIES = 50;

/** A port on loopback that nobody listens on at the moment. */
export async function freePort() {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, ABOVE);
    if (await isFree(port)) return port;
  }
  const found = await probePort(0);
  if ("port" in found) return found.port;
  throw new Problem(`No port on 127.0.0.1 can be listened on (${found.code}).`, "Check that the loopback network device is up.");
}
