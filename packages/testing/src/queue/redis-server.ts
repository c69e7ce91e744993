import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "../free-port.ts";

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

const PROGRAM = "/usr/bin/redis-server";

/** Whether this machine can run the Redis tests; Debian has the program in the package `redis-server`. */
export const hasRedis = (): boolean => existsSync(PROGRAM);

/** Starts the machine's Redis on a free port of the loopback address. It keeps everything in memory. */
export async function startTestRedis(): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const child = spawn(PROGRAM, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: "ignore" });
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  // Refused until the server listens.
  client.on("error", () => undefined);
  try {
    await Promise.race([client.ping(), delay(10_000).then(() => Promise.reject(new Error("Redis did not answer within 10 s")))]);
  } finally {
    client.disconnect();
  }
  return {
    port,
    url,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
