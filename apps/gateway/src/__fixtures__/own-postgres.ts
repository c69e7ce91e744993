import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbeddedServer, type EmbeddedServer } from "@coder/testing";

/** A server for one test that kills it or fills its disk: durable, as a real one. */
export interface OwnPostgres {
  /** As the superuser. */
  readonly url: string;
  /** SIGKILL to every process of it, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const directory = await mkdtemp(path.join(tmpdir(), "coder-own-postgres-"));
  let server: EmbeddedServer = await startEmbeddedServer({ directory, durable: true });
  const { port } = server;
  return {
    url: server.url(),
    kill: () => server.kill(),
    restart: async () => {
      server = await startEmbeddedServer({ directory, durable: true, port });
    },
    close: async () => {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
