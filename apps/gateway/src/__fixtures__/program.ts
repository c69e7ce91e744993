import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The processes of the product, as the launcher starts them. */
export const PROGRAMS = {
  gateway: ["apps/gateway/src/main.ts"],
  worker: ["apps/worker/src/main.ts"],
  logging: ["apps/gateway/src/module.ts", "logging"],
} as const satisfies Record<string, readonly string[]>;

const LogLineSchema = z.looseObject({ level: z.string(), msg: z.string() });
export type LogLine = z.infer<typeof LogLineSchema>;

const ReadySchema = z.object({ type: z.literal("ready"), url: z.string().nullable() });

/** A process of the product in a process of its own. */
export interface Program {
  /** Where it listens; empty without the role `http`. */
  readonly url: string;
  readonly pid: number;
  /** What it has logged so far. */
  readonly log: readonly LogLine[];
  readonly running: boolean;
  /** SIGTERM; the exit code once it has drained. */
  stop(): Promise<number | null>;
  /** SIGTERM without waiting for the end. */
  askToStop(): void;
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Closes the channel to it, as the death of its launcher would. */
  abandon(): void;
  /** SIGKILL: it gets no chance to put anything away. */
  kill(): Promise<void>;
}

/** Thrown when a program ended before it was ready. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
  readonly code: number | null;
  readonly stderr: string;

  constructor(code: number | null, stderr: string) {
    super(`The program ended with ${code} before it was ready: ${stderr}`);
    this.code = code;
    this.stderr = stderr;
  }
}

/** A process that may be starting still. Nothing of this process' environment but PATH reaches it. */
export function forkProgram([script, ...args]: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return fork(path.resolve(ROOT, script ?? ""), args, {
    cwd: ROOT,
    execArgv: [],
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

/** Starts a program and waits until it says that it is ready. */
export async function startProgram(program: readonly string[], env: Readonly<Record<string, string>>): Promise<Program> {
  const child = forkProgram(program, env);
  const log: LogLine[] = [];
  let stderr = "";
  eachLine(child.stdout, (line) => log.push(LogLineSchema.parse(JSON.parse(line))));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  // Not the child's `close`, which never comes after its channel was closed from here.
  const output = [child.stdout, child.stderr].flatMap((stream) => (stream === null ? [] : [finished(stream)]));
  const ended = Promise.all([once(child, "exit"), ...output]).then(([[code]]) => code ?? null);
  const ready = once(child, "message").then(([message]) => ReadySchema.parse(message));
  const first = await Promise.race([ready, ended]);
  if (first === null || typeof first === "number") throw new StartRefused(first, stderr);
  return {
    url: first.url ?? "",
    pid: child.pid ?? 0,
    log,
    ended,
    get running() {
      return isRunning(child);
    },
    askToStop: () => void child.kill("SIGTERM"),
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    abandon: () => child.disconnect(),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = "";
  stream?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") take(line);
  });
}
