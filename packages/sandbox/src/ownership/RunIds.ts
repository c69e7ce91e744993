import { createServer, type Server } from "node:net";
import { sandboxFailed } from "../errors.ts";
import type { IdRange } from "./id-range.ts";

export interface RunId {
  readonly uid: number;
  release(): Promise<void>;
}

/**
 * Sees to it that no two runs have the same uid at the same time, whichever process of the machine started them. A lease is a listening socket in the
 * kernel's own namespace: atomic, and gone with the process that held it.
 */
export class RunIds {
  readonly #range: IdRange;

  constructor(range: IdRange) {
    this.#range = range;
  }

  /** The preferred uid if no run has it, else the first free one of the range. */
  async lease(preferred: number | null): Promise<RunId> {
    const { first, count } = this.#range;
    for (let index = preferred === null ? 0 : -1; index < count; index += 1) {
      const uid = index === -1 ? (preferred ?? first) : first + index;
      const server = await hold(`\0coder-sandbox-${uid}`);
      if (server) return { uid, release: () => release(server) };
    }
    throw sandboxFailed(`${this.#range.count} runs are at work already`);
  }
}

function hold(name: string): Promise<Server | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Server | null>();
  const server = createServer((socket) => socket.destroy());
  server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
  server.listen(name, () => resolve(server.unref()));
  return promise;
}

function release(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
}
