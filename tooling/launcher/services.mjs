import { get } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { childEnvironment, RUN_MARK } from "./environment.mjs";
import { ROOT } from "./paths.mjs";
import { clearLeftovers, isServing } from "./postgres-cluster.mjs";
import { endsWithParent } from "./postgres-user.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { DataPaths } from "./paths.mjs" */
/** @import { PostgresUser } from "./postgres-user.mjs" */
/** @import { ProcessSpec } from "./supervised-process.mjs" */

const ASK_MS = 2_000;
/** Beyond the time in which a process drains by itself. */
const DRAIN_MARGIN_MS = 5_000;

/**
 * @param {{ paths: DataPaths, program: string, user: PostgresUser, port: number }} options
 * @returns {ProcessSpec}
 */
export function postgresService({ paths, program, user, port }) {
  const prefix = [...user.prefix, ...endsWithParent()];
  const args = ["-D", paths.cluster, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "password_encryption=scram-sha-256"];
  return {
    name: "PostgreSQL",
    program: async () => {
      await clearLeftovers(paths);
      const [file = program, ...rest] = [...prefix, program, ...args];
      return { file, args: rest, cwd: paths.directory, env: childEnvironment(null, { [RUN_MARK]: paths.directory, LC_ALL: "C" }) };
    },
    isReady: (pid) => isServing(paths, pid),
    readyWithinMs: 120_000,
    // Fast: clients are sent away, what is committed is written. Immediate: as after a crash, recovery comes with the next start; a server that is
    // asked while it recovers from a crash does not always end otherwise.
    stop: [
      { signal: "SIGINT", waitMs: 10_000 },
      { signal: "SIGQUIT", waitMs: 10_000 },
    ],
    killSignal: "SIGQUIT",
    log: join(paths.logs, "postgres.log"),
  };
}

/**
 * A Node program of the product.
 *
 * @param {object} options
 * @param {string} options.name
 * @param {DataPaths} options.paths
 * @param {NodeRuntime} options.runtime
 * @param {readonly string[]} options.args
 * @param {Readonly<Record<string, string | undefined>>} options.env
 * @param {typeof childEnvironment} [options.environment]
 * @param {string} [options.cwd]
 * @param {number} options.drainSeconds
 * @param {ProcessSpec["isReady"]} options.isReady
 * @returns {ProcessSpec}
 */
export function nodeService({ name, paths, runtime, args, env, environment = childEnvironment, cwd = ROOT, drainSeconds, isReady }) {
  return {
    name,
    program: () => ({ file: runtime.node, args, cwd, env: environment(runtime.folder, { ...env, [RUN_MARK]: paths.directory }), channel: true }),
    isReady,
    readyWithinMs: 120_000,
    stop: [{ signal: "SIGTERM", waitMs: drainSeconds * 1_000 + DRAIN_MARGIN_MS }],
    killSignal: "SIGKILL",
    log: join(paths.logs, `${name}.log`),
  };
}

/**
 * Whether somebody listens on a port of this machine.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: ASK_MS });
    socket.on("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("close", () => resolve(false));
    socket.on("error", () => undefined);
  });
}

/**
 * Whether an address answers with a status below `limit`.
 *
 * @param {string} url
 * @param {number} limit
 * @returns {Promise<boolean>}
 */
export function answers(url, limit) {
  return new Promise((resolve) => {
    const request = get(url, { timeout: ASK_MS }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < limit);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

/**
 * @param {string} url
 * @returns {Promise<unknown>} `null` when there is no such answer.
 */
export async function getJson(url) {
  const body = await new Promise((resolve) => {
    const request = get(url, { timeout: ASK_MS }, (response) => {
      let text = "";
      response.on("data", (data) => (text += String(data)));
      response.on("end", () => resolve(response.statusCode === 200 ? text : "null"));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve("null"));
  });
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
