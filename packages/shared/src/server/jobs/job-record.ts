import type { ILogger } from "../../trpc/context.ts";
import type { StoredJob } from "./queue-store.ts";

const KEEP_LOG_LINES = 1_000;
/** At most one progress write in this time; the last value always arrives. */
const PROGRESS_EVERY_MS = 250;

/** What a run leaves in its job for people to see: progress and log lines. Written beside the work; a failure to write fails nothing. */
export class JobRecord {
  readonly #job: StoredJob;
  readonly #signal: AbortSignal;
  readonly #makeLog: () => ILogger;
  #made: ILogger | null = null;
  #progress: { done: number; total: number } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wroteAt = 0;
  #writes: Promise<unknown> | null = null;

  /** @param deps.log made with the first line: most runs write none */
  constructor(deps: { job: StoredJob; signal: AbortSignal; log: () => ILogger }) {
    this.#job = deps.job;
    this.#signal = deps.signal;
    this.#makeLog = deps.log;
  }

  /** The process' log, of which the job keeps a copy from `info` up. */
  readonly log: ILogger = new JobLog(() => this.#log, (line) => this.#keep(line));

  /** Throws once the run was stopped: the place where a handler that watches nothing else learns of it. */
  async progress(done: number, total: number): Promise<void> {
    this.#signal.throwIfAborted();
    this.#progress = { done, total };
    this.#timer ??= setTimeout(() => this.#writeProgress(), Math.max(0, this.#wroteAt + PROGRESS_EVERY_MS - Date.now()));
  }

  /** Resolves when all that was recorded is stored. */
  async flush(): Promise<void> {
    if (this.#timer) this.#writeProgress();
    await this.#writes;
  }

  #writeProgress(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#wroteAt = Date.now();
    const value = this.#progress;
    if (value) this.#write(() => this.#job.updateProgress(value));
  }

  get #log(): ILogger {
    return (this.#made ??= this.#makeLog());
  }

  #keep(line: string): void {
    this.#job.opts.keepLogs = KEEP_LOG_LINES;
    this.#write(() => this.#job.log(line));
  }

  #write(work: () => Promise<unknown>): void {
    this.#writes = (this.#writes ?? Promise.resolve()).then(work).catch((error: unknown) => this.#log.debug({ err: error }, "Could not record what a job did"));
  }
}

class JobLog implements ILogger {
  readonly #inner: () => ILogger;
  readonly #keep: (line: string) => void;

  constructor(inner: () => ILogger, keep: (line: string) => void) {
    this.#inner = inner;
    this.#keep = keep;
  }

  debug(fields: object, message: string): void {
    this.#inner().debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#inner().info(fields, message);
    this.#keep(`${new Date().toISOString()} info ${message}`);
  }

  warn(fields: object, message: string): void {
    this.#inner().warn(fields, message);
    this.#keep(`${new Date().toISOString()} warn ${message}`);
  }

  error(fields: object, message: string): void {
    this.#inner().error(fields, message);
    this.#keep(`${new Date().toISOString()} error ${message}`);
  }

  child(fields: object): ILogger {
    const inner = this.#inner().child(fields);
    return new JobLog(() => inner, this.#keep);
  }
}
