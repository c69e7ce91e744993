import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedServer, type EmbeddedServer, type EmbeddedServerOptions } from "./embedded-server.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

export interface OwnServer {
  readonly addresses: TestDatabase;
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A server for one test that kills it or fills its disk: durable, as a real one. */
export async function startOwnServer(options: Partial<EmbeddedServerOptions> = {}): Promise<OwnServer> {
  const directory = await mkdtemp(join(tmpdir(), "coder-own-postgres-"));
  const start = (port?: number): Promise<EmbeddedServer> => startEmbeddedServer({ directory, durable: true, ...options, ...(port === undefined ? {} : { port }) });
  let server = await start();
  const { port } = server;
  return {
    addresses: await createTestDatabase("contract", server.url()),
    kill: () => server.kill(),
    restart: async () => {
      server = await start(port);
    },
    close: async () => {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
