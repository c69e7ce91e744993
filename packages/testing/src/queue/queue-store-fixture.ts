import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KernelConfig, migrateQueueSchema } from "@coder/shared/server";
import pg from "pg";
import { startEmbeddedServer } from "../postgres/embedded-server.ts";
import { startTestRedis } from "./redis-server.ts";
import { TcpGate } from "./tcp-gate.ts";

export type QueueConfig = Pick<KernelConfig, "redis" | "database">;

/** A queue's store under test, behind a gate that can be shut, and a PostgreSQL database for what jobs do. */
export interface QueueStoreFixture {
  readonly config: QueueConfig;
  /** The same store without the gate before it. */
  readonly direct: QueueConfig;
  readonly effectsUrl: string;
  /** As the owner of the queue's store, where it has one. */
  readonly ownerUrl: string | null;
  readonly gate: TcpGate;
  stop(): Promise<void>;
}

export async function postgresQueueFixture(): Promise<QueueStoreFixture> {
  const { server, directory } = await startServer();
  const password = randomBytes(12).toString("hex");
  const owner = new pg.Client({ connectionString: server.url() });
  await owner.connect();
  await owner.query(`create role coder_app login nosuperuser nobypassrls password '${password}'`);
  await owner.query("create database product");
  await owner.end();
  await migrateQueueSchema(server.url("product"), { grantTo: "coder_app" });
  const gate = await TcpGate.before(server.port);
  const at = (port: number) => config({ redis: null, postgres: `postgresql://coder_app:${password}@127.0.0.1:${port}/product` });
  return {
    config: at(gate.port),
    direct: at(server.port),
    effectsUrl: server.url(),
    ownerUrl: server.url("product"),
    gate,
    stop: async () => {
      await gate.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function redisQueueFixture(): Promise<QueueStoreFixture> {
  const [{ server, directory }, redis] = await Promise.all([startServer(), startTestRedis()]);
  const gate = await TcpGate.before(redis.port);
  return {
    config: config({ redis: `redis://127.0.0.1:${gate.port}`, postgres: null }),
    direct: config({ redis: redis.url, postgres: null }),
    effectsUrl: server.url(),
    ownerUrl: null,
    gate,
    stop: async () => {
      await gate.close();
      await Promise.all([server.stop(), redis.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startServer() {
  const directory = await mkdtemp(join(tmpdir(), "coder-queue-"));
  return { server: await startEmbeddedServer({ directory }), directory };
}

function config(urls: { redis: string | null; postgres: string | null }): QueueConfig {
  return { redis: { url: urls.redis }, database: { provider: "postgresql", url: urls.postgres, systemUrl: null, poolSize: 10 } };
}
