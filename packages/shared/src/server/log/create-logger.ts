import { hostname } from "node:os";
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import type { ILogger } from "../../trpc/context.ts";
import { currentTraceId } from "../trace-context.ts";
import { readableLine } from "./readable-line.ts";
import { redact, TextScrubber } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** The process's part in the installation: `gateway`, `worker`. */
  readonly name?: string;
  /** Values that must never be written, wherever they turn up. */
  readonly secrets?: readonly string[];
  /** Default: standard output, as JSON lines, or as readable lines on a terminal. */
  readonly destination?: DestinationStream;
}

/** The process's own logger. The level can change while it runs; children follow. */
export interface IRootLogger extends ILogger {
  setLevel(level: LogLevel): void;
  /** From now on this value is left out of every line. */
  addSecret(value: string): void;
  flush(): void;
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/**
 * Structured logs: one JSON object per line, the trace it belongs to on every line, secrets left out by field name, by value
 * and by form. Lines are written before the call returns, so that a crash loses none.
 */
export function createLogger({ level, name, secrets = [], destination }: LoggerOptions): IRootLogger {
  const scrubber = new TextScrubber();
  for (const secret of secrets) scrubber.add(secret);
  const stream = destination ?? standardOutput();
  const state = { threshold: SEVERITY[level] };
  const root = pino(
    {
      level: "debug",
      base: { pid: process.pid, hostname: hostname(), ...(name === undefined ? {} : { name }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Errors are taken apart by `redact`, with everything else.
      serializers: { err: (value: unknown) => value },
      formatters: { level: (label) => ({ level: label }), log: (fields) => asFields(redact(fields)), bindings: (fields) => fields },
      mixin: () => {
        const traceId = currentTraceId();
        return traceId === null ? {} : { traceId };
      },
      hooks: { streamWrite: (line) => scrubber.scrub(line) },
    },
    stream,
  );
  return {
    ...asLogger(root, state),
    setLevel: (next) => {
      state.threshold = SEVERITY[next];
    },
    addSecret: (value) => scrubber.add(value),
    flush: () => root.flush(),
  };
}

/** The level is kept in one place, because a pino child copies it when it is made. */
function asLogger(target: PinoLogger, state: { readonly threshold: number }): ILogger {
  const write = (level: LogLevel) => (fields: object, message: string) => {
    if (SEVERITY[level] >= state.threshold) target[level](fields, message);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => asLogger(target.child(asFields(redact(fields))), state),
  };
}

/** What every line has; a field of the same name would stand in it twice. */
const TAKEN = new Set(["level", "time", "pid", "hostname", "msg"]);

function asFields(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [TAKEN.has(name) ? `${name}_` : name, field]));
}

function standardOutput(): DestinationStream {
  if (!process.stdout.isTTY) return pino.destination({ fd: 1, sync: true });
  return { write: (line) => void process.stdout.write(readableLine(line)) };
}
