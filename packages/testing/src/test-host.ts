import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrateQueueSchema, startHost, type AnyModule, type Host, type HostRole } from "@coder/shared/server";
import { createTestDatabase, type TestDatabase } from "./postgres/test-database.ts";

export interface TestInstallation {
  readonly database: TestDatabase;
  /** The environment every process of the installation gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a process of the installation in this one, on a free port. */
  host(options: { readonly modules: readonly AnyModule[]; readonly roles?: readonly HostRole[]; readonly only?: readonly string[]; readonly env?: Readonly<Record<string, string>> }): Promise<Host>;
  /** Stops what was started, in reverse, and removes the data. */
  close(): Promise<void>;
}

export interface TestInstallationOptions {
  /** A server of the test's own, as its superuser, for tests that kill it or fill its disk. The shared one otherwise. */
  readonly serverUrl?: string;
}

/** An installation of its own for one test file: a migrated database with queues, secrets and an empty data directory. */
export async function createTestInstallation({ serverUrl }: TestInstallationOptions = {}): Promise<TestInstallation> {
  const database = await createTestDatabase("product", serverUrl);
  await migrateQueueSchema(database.ownerUrl, { grantTo: "coder_app" });
  const directory = await mkdtemp(path.join(tmpdir(), "coder-installation-"));
  const env = {
    CODER_DATA: directory,
    DATABASE_URL: database.url,
    DATABASE_SYSTEM_URL: database.systemUrl,
    SESSION_SECRET: randomBytes(32).toString("hex"),
    SERVICE_TOKEN_SECRET: randomBytes(32).toString("hex"),
    LOG_LEVEL: "error",
    DRAIN_SECONDS: "5",
    PORT: "0",
  };
  const hosts: Host[] = [];
  return {
    database,
    env,
    host: async ({ roles = ["http"], env: more = {}, ...options }) => {
      const host = await startHost({ ...options, roles, env: { ...env, ...more } });
      hosts.push(host);
      return host;
    },
    close: async () => {
      for (const host of hosts.reverse()) await host.stop();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
