import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { freePort } from "../packages/testing/src/free-port.ts";

const ROOT = resolve(import.meta.dirname, "..");
const START_MS = 600_000;
const STOP_MS = 60_000;
const POLL_MS = 200;
const LOG_CHARS = 2_000;

/** The real product, as `npm start` starts it, on a data directory of its own. */
export interface Product {
  readonly url: string;
  /** Ends the gateway without a word, as a crash would; the launcher starts it again. Absent for a product that runs already. */
  killGateway?(): Promise<void>;
  /** The same for the process that works off jobs. */
  killWorker?(): Promise<void>;
  /** Ends all of it and starts it again on the same data and port, with `variables` besides. Absent for a product that runs already. */
  restart?(variables?: Readonly<Record<string, string>>): Promise<void>;
  /** Where it keeps everything. Null for a product that runs already. */
  readonly data: string | null;
  /** The ends of its processes' logs, and of what it printed. */
  told(): string;
  /** Of its database, as its processes connect: for tests that put work into its queues. */
  databaseUrl(): string;
  /** Resolves when the gateway answers. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Mounting takes root, and a system that lets root do it. */
export function mayMount(): boolean {
  return process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;
}

/**
 * `CODER_E2E_URL` names one that runs already and is left running. `variables` go into its environment. `covers`: files of the machine, each with the one that the
 * product sees in its place; takes `mayMount()`.
 */
export async function startProduct(variables: Readonly<Record<string, string>> = {}, covers: Readonly<Record<string, string>> = {}): Promise<Product> {
  const running = process.env["CODER_E2E_URL"];
  if (running !== undefined) return { url: running, data: null, told: () => "", databaseUrl: () => process.env["CODER_E2E_DATABASE_URL"] ?? "", ready: () => untilReady(running), stop: async () => undefined };
  const data = mkdtempSync(join(tmpdir(), "coder-e2e-"));
  const environment = { ...process.env, CODER_DATA: data, PORT: String(await freePort()), HOST: "127.0.0.1", CODER_NO_APT: "1", LOG_LEVEL: "warn", ...variables };
  let output = "";
  const launch = (more: Readonly<Record<string, string>> = {}) => {
    const [file = "", ...args] = covered([process.execPath, join(ROOT, "tooling/coder.mjs"), "start"], covers);
    const launched = spawn(file, args, { cwd: ROOT, env: { ...environment, ...more }, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [launched.stdout, launched.stderr]) stream.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8_000)));
    return launched;
  };
  let child: ChildProcess = launch();
  const stop = async () => {
    await stopChild(child);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const stateFile = join(data, "run", "state.json");
    const url = await addressOf(child, stateFile, () => output);
    const restart = async (more: Readonly<Record<string, string>> = {}) => {
      await stopChild(child);
      rmSync(stateFile, { force: true });
      child = launch(more);
      await addressOf(child, stateFile, () => output);
    };
    return { url, data, told: () => [...logsOf(data), output].join("\n"), databaseUrl: () => databaseUrlOf(stateFile), restart, killGateway: async () => killProcess(stateFile, "gateway"), killWorker: async () => killProcess(stateFile, "worker"), ready: () => untilReady(url), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function logsOf(data: string): readonly string[] {
  const folder = join(data, "logs");
  return readdirSync(folder).map((name) => `${name}:\n${readFileSync(join(folder, name), "utf8").slice(-LOG_CHARS)}`);
}

/** The command in a mount namespace of its own, in which files stand over others. */
function covered(command: readonly string[], covers: Readonly<Record<string, string>>): readonly string[] {
  const pairs = Object.entries(covers);
  if (pairs.length === 0) return command;
  const script = `${pairs.map(() => 'mount --bind "$1" "$2" && shift 2').join(" && ")} && exec "$@"`;
  return ["unshare", "--mount", "--", "sh", "-c", script, "sh", ...pairs.flatMap(([target, file]) => [file, target]), ...command];
}

async function addressOf(child: ChildProcess, stateFile: string, output: () => string): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The product did not start:\n${output()}`);
    const address = readAddress(stateFile);
    if (address !== null) return address;
    await delay(POLL_MS);
  }
  throw new Error(`The product was not ready within ${START_MS / 1000} s:\n${output()}`);
}

const ProcessesSchema = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.int() })) });

function pidOf(stateFile: string, name: string): number {
  const { processes } = ProcessesSchema.parse(JSON.parse(readFileSync(stateFile, "utf8")));
  const found = processes.find((each) => each.name === name);
  if (!found) throw new Error(`No process is called ${name}`);
  return found.pid;
}

function killProcess(stateFile: string, name: string): void {
  process.kill(pidOf(stateFile, name), "SIGKILL");
}

/** The launcher tells it to its processes alone. */
function databaseUrlOf(stateFile: string): string {
  const variables = readFileSync(`/proc/${pidOf(stateFile, "gateway")}/environ`, "utf8").split("\0");
  const found = variables.find((variable) => variable.startsWith("DATABASE_URL="));
  if (found === undefined) throw new Error("The gateway was given no database");
  return found.slice("DATABASE_URL=".length);
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  while (Date.now() < deadline) {
    if (await fetch(`${url}/ready`).then(({ ok }) => ok, () => false)) return;
    await delay(POLL_MS);
  }
  throw new Error("The gateway did not come back");
}

function readAddress(stateFile: string): string | null {
  if (!existsSync(stateFile)) return null;
  try {
    const state: unknown = JSON.parse(readFileSync(stateFile, "utf8"));
    return typeof state === "object" && state !== null && "address" in state && typeof state.address === "string" ? state.address : null;
  } catch {
    // Caught while it was being written.
    return null;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(timer);
}
