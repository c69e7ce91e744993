import { UnrecoverableError, WaitingError } from "bullmq";
import { AppError, isAppError, type ErrorKind } from "../../app-error.ts";
import type { ILogger } from "../../trpc/context.ts";
import { within } from "../within.ts";
import type { QueueBackend } from "./queue-backend.ts";
import type { QueueTiming, StoredJob, StoredWorker } from "./queue-store.ts";

export interface QueueWorkerDeps {
  readonly backend: QueueBackend;
  readonly queue: string;
  readonly concurrency: number;
  readonly attempts: number;
  readonly backoffMs: number;
  readonly timing: QueueTiming;
  /** Failures that the same input meets again: trying them again would only hide them. */
  readonly permanent: ReadonlySet<ErrorKind>;
  /** Failures that are an answer to whoever asked, and no fault of the product. */
  readonly outcomes: ReadonlySet<ErrorKind>;
  readonly log: ILogger;
  readonly run: (job: StoredJob, signal: AbortSignal) => Promise<void>;
}

interface Running {
  readonly startedAt: number;
  readonly stop: (reason: AppError) => void;
}

/** How long work may take to end after its signal. */
const GRACE_MS = 800;

/** Why a run is being stopped. `lost`: another worker has taken the job over. */
const CANCELLED = "job_cancelled";
type StopReason = "job_cancelled" | "worker_draining" | "job_lost";

/** Works off one queue: runs, retries with backoff, dead letters, stopping. What the messages mean is the owner's. */
export class QueueWorker {
  readonly #deps: QueueWorkerDeps;
  readonly #running = new Map<string, Running>();
  #worker: StoredWorker | null = null;
  #draining = false;

  constructor(deps: QueueWorkerDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { backend, queue, concurrency, timing, log } = this.#deps;
    const worker = backend.worker(queue, (job, token = "") => this.#process(job, token), { concurrency, timing });
    worker.on("failed", (job, error) => this.#logFailure(job, error));
    worker.on("lockRenewalFailed", (ids) => ids.forEach((id) => this.abort(id, "job_lost")));
    worker.run().catch((error: unknown) => log.error({ queue, err: error }, "Worker ended"));
    this.#worker = worker;
  }

  /** Takes no new work, lets running work end until the deadline, then aborts it and puts it back. */
  async stop(deadlineMs: number): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#draining = true;
    const closed = worker.close().catch((error: unknown) => this.#deps.log.debug({ err: error }, "Worker closed with an error"));
    if (await within(closed, deadlineMs)) return;
    for (const id of this.#running.keys()) this.abort(id, "worker_draining");
    if (await within(closed, 2 * GRACE_MS)) return;
    // The store is away: what could not be put back is found by the stalled check.
    this.#deps.backend.abandon(worker);
    await within(closed, GRACE_MS);
  }

  get queue(): string {
    return this.#deps.queue;
  }

  abort(id: string, reason: StopReason): void {
    this.#running.get(id)?.stop(stopError(reason));
  }

  /** Ids of what has been running for longer than that. */
  runningFor(ms: number): string[] {
    const before = performance.now() - ms;
    return [...this.#running].filter(([, run]) => run.startedAt < before).map(([id]) => id);
  }

  async #process(job: StoredJob, token: string): Promise<void> {
    const id = job.id ?? "";
    // BullMQ may claim one more while it closes.
    if (this.#draining) return putBack(job, token);
    const controller = new AbortController();
    const ended = Promise.withResolvers<void>();
    const running: Running = {
      startedAt: performance.now(),
      stop: (reason) => {
        controller.abort(reason);
        ended.reject(reason);
      },
    };
    this.#running.set(id, running);
    const work = this.#deps.run(job, controller.signal);
    work.then(ended.resolve, ended.reject);
    try {
      await ended.promise;
    } catch (error) {
      if (controller.signal.aborted) return await this.#stopped(job, token, work, controller.signal.reason);
      // Retry rules are the definition's, as this worker knows it; the job does not carry a copy.
      job.opts.attempts = this.#deps.attempts;
      job.opts.backoff = { type: "exponential", delay: this.#deps.backoffMs };
      throw this.#isPermanent(error) ? permanently(error) : error;
    } finally {
      // The same job may run here again already, after it was lost for a while.
      if (this.#running.get(id) === running) this.#running.delete(id);
    }
  }

  async #stopped(job: StoredJob, token: string, work: Promise<void>, reason: unknown): Promise<void> {
    const { log, queue } = this.#deps;
    const settled = work.then(() => undefined, () => undefined);
    if (!(await within(settled, GRACE_MS))) {
      log.error({ queue, job: job.id }, "A job went on after its signal: its result is discarded, but only ending the process stops it");
    }
    const code = isAppError(reason) ? reason.code : "";
    if (code === "worker_draining") return putBack(job, token);
    if (code === "job_lost") throw new WaitingError();
    throw permanently(reason instanceof Error ? reason : new Error("Stopped"));
  }

  #isPermanent(error: unknown): error is AppError {
    return isAppError(error) && (this.#deps.permanent.has(error.kind) || error.code === CANCELLED);
  }

  #logFailure(job: StoredJob | undefined, error: Error): void {
    const { log, queue, attempts, outcomes } = this.#deps;
    const known = appErrorOf(error);
    const fields = { queue, job: job?.id, attempt: job?.attemptsMade, attempts, err: error };
    if (job && !job.finishedOn) log.warn(fields, "Job failed and will be tried again");
    else if (known?.code === CANCELLED) log.info(fields, "Job cancelled");
    else if (known && outcomes.has(known.kind)) log.info({ ...fields, code: known.code }, "Job refused what was asked of it");
    else log.error(fields, "Job failed for good: it is kept as a dead letter");
  }
}

/** Back to the queue's front with no attempt spent. `WaitingError` tells BullMQ that the job has been dealt with. */
async function putBack(job: StoredJob, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

function permanently(error: Error): Error {
  const final = new UnrecoverableError(error.message);
  if (error.stack !== undefined) final.stack = error.stack;
  final.cause = error;
  return final;
}

/** What the handler threw, also where it was told to BullMQ as permanent. */
function appErrorOf(error: Error): AppError | null {
  if (isAppError(error)) return error;
  return error instanceof UnrecoverableError && isAppError(error.cause) ? error.cause : null;
}

export function stopError(code: StopReason): AppError {
  const message = { job_cancelled: "Cancelled", worker_draining: "The worker is shutting down", job_lost: "Another worker has taken the job over" }[code];
  return new AppError("cancelled", code, message, { remedy: "Nothing to do." });
}
