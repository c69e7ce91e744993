import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
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

/**
 * What this process has reserved each port for.
 *
 * @type {Map<number, string>}
 */
const reserved = new Map();

/**
 * Nobody else who asks here is given the port until this process ends: from choosing it until somebody listens there can be minutes.
 * A UDP socket of the same number holds it, which the system gives back however the process ends. `freePort` of `@coder/testing` does the same.
 *
 * @param {number} port
 * @param {string} purpose May ask again for what it has.
 * @returns {Promise<boolean>} Whether the purpose has it.
 */
export function reservePort(port, purpose) {
  if (reserved.has(port)) return Promise.resolve(reserved.get(port) === purpose);
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.unref();
    socket.once("error", () => resolve(false));
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => {
      reserved.set(port, purpose);
      resolve(true);
    });
  });
}

/**
 * A port on loopback that nobody listens on at the moment, reserved.
 *
 * @param {string} purpose
 */
export async function freePort(purpose) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, ABOVE);
    if (!reserved.has(port) && (await isFree(port)) && (await reservePort(port, purpose))) return port;
  }
  const found = await probePort(0);
  if ("port" in found) return found.port;
  throw new Problem(`No port on 127.0.0.1 can be listened on (${found.code}).`, "Check that the loopback network device is up.");
}
