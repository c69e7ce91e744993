import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnce } from "./files.mjs";
import { codeOf } from "./problem.mjs";

const ANSWER_MS = 2_000;

/**
 * @typedef {object} Lock
 * @property {() => Promise<void>} release
 */

/** Somebody else holds the lock. */
export class LockHeldError extends Error {
  /** @param {Record<string, unknown>} holder What the holder says of itself, its `pid` at least. */
  constructor(holder) {
    super(`held by process ${String(holder["pid"] ?? "?")}`);
    this.holder = holder;
  }
}

/**
 * A lock that the kernel takes back when its holder dies, whatever kills it: a listening socket. No pid file can be stale. Whoever is refused asks the
 * holder over the socket who it is.
 *
 * @param {string} idFile Lies in what is locked and holds the socket's random name, so that nobody else can take it first.
 * @param {() => Record<string, unknown>} [describe] More than the pid, for the one who is refused.
 * @returns {Promise<Lock>}
 */
export async function acquireLock(idFile, describe = () => ({})) {
  const address = addressOf(createOnce(idFile, () => randomBytes(16).toString("hex")).trim());
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(JSON.stringify({ pid: process.pid, ...describe() }));
  });
  for (let attempt = 0; ; attempt += 1) {
    try {
      await listen(server, address);
      server.unref();
      return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
      const holder = await ask(address);
      if (holder) throw new LockHeldError(holder);
      if (attempt > 20) throw new LockHeldError({});
      // Only where sockets are files: this one is left over from a dead process.
      if ("path" in address) rmSync(address.path, { force: true });
    }
  }
}

/** @typedef {{ host: string, port: number } | { path: string }} Address */

/**
 * Linux: one of the 16 million loopback addresses, and a port below those that the system gives away. Elsewhere: a socket file, whose path must be short.
 *
 * @param {string} id
 * @returns {Address}
 */
function addressOf(id) {
  const hash = createHash("sha256").update(id).digest();
  if (process.platform === "linux") return { host: `127.${hash[0]}.${hash[1]}.${1 + ((hash[2] ?? 0) % 254)}`, port: 1_024 + (hash.readUInt16BE(3) % 30_000) };
  const name = `coder-${hash.toString("hex").slice(0, 24)}`;
  return { path: process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`) };
}

/**
 * @param {import("node:net").Server} server
 * @param {Address} address
 * @returns {Promise<void>}
 */
function listen(server, address) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * @param {Address} address
 * @returns {Promise<Record<string, unknown> | null>} `null` when nobody is there (any more).
 */
function ask(address) {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(address);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on("data", (data) => {
      answer += data.toString();
    });
    socket.on("error", (error) => resolve(codeOf(error) === "ECONNREFUSED" || codeOf(error) === "ENOENT" ? null : {}));
    socket.on("close", () => {
      try {
        resolve(JSON.parse(answer));
      } catch {
        resolve({});
      }
    });
  });
}
