import { registry } from "@coder/modules";
import { systemCaller } from "@coder/shared";
import { JobQueue, loadConfig, newId, openQueueBackend, type Host, type HostRole } from "@coder/shared/server";
import { createTestInstallation, silentLogger, type TestInstallation, type TestInstallationOptions } from "@coder/testing";
import pg from "pg";
import { PROGRAMS, startProgram, type Program } from "./program.ts";

type Env = Readonly<Record<string, string>>;

/**
 * Cheap passwords, because tests sign many people in; and the word of this machine about where a request comes from, so that tests
 * can be many people.
 */
const QUICK: Env = {
  CODER_AUTH__PASSWORDS__MEMORY_KI_B: "1024",
  CODER_AUTH__PASSWORDS__ITERATIONS: "1",
  TRUSTED_PROXIES: "127.0.0.1",
  REQUESTS_PER_MINUTE: "100000",
};

/** An installation whose processes run here or as programs of their own. */
export interface Installation {
  readonly env: Env;
  readonly databaseUrls: TestInstallation["database"];
  /** A host in this process. */
  host(env?: Env, roles?: readonly HostRole[]): Promise<Host & { readonly url: string }>;
  /** A process of its own. */
  program(name: keyof typeof PROGRAMS | readonly string[], env?: Env): Promise<Program>;
  /** Asks the database itself, as its owner. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Puts a job into its queue as its schedule would. Returns its id. */
  enqueue(name: string): Promise<string>;
  /** How many rows a table has, whoever they belong to. */
  count(table: string): Promise<number>;
  close(): Promise<void>;
}

export async function openInstallation(options: TestInstallationOptions = {}): Promise<Installation> {
  const installation = await createTestInstallation(options);
  const env = { ...installation.env, ...QUICK };
  const programs: Program[] = [];
  const owner = new pg.Pool({ connectionString: installation.database.ownerUrl, max: 2 });
  owner.on("error", () => undefined);
  const sql = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> => (await owner.query<Row>(text, [...values])).rows;
  return {
    env,
    databaseUrls: installation.database,
    sql,
    host: async (more = {}, roles = ["http"]) => {
      const host = await installation.host({ modules: registry, roles, env: { ...QUICK, ...more } });
      return Object.assign(host, { url: host.url ?? "" });
    },
    program: async (name, more = {}) => {
      const program = await startProgram(typeof name === "string" ? PROGRAMS[name] : name, { ...env, LOG_LEVEL: "info", ...more });
      programs.push(program);
      return program;
    },
    enqueue: async (name) => {
      const { kernel } = await loadConfig({ modules: registry, env });
      const backend = openQueueBackend({ config: kernel, log: silentLogger });
      const id = newId();
      const message = { kind: "job" as const, name, payload: {} };
      await new JobQueue({ backend }).addMany([{ id, message, caller: systemCaller(name), traceId: null, enqueuedBy: "test", createdAt: new Date().toISOString() }]);
      await backend.close();
      return id;
    },
    count: async (table) => Number((await sql<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n),
    close: async () => {
      await Promise.all(programs.filter(({ running }) => running).map((program) => program.kill()));
      await owner.end();
      await installation.close();
    },
  };
}
