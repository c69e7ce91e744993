import { z } from "zod";
import { AppError } from "../../app-error.ts";
import type { Caller } from "../../caller.ts";
import type { Page } from "../../page.ts";
import type { ILogger } from "../../trpc/context.ts";
import { TextScrubber } from "../log/redact.ts";
import { JobEnvelopeSchema } from "./job-envelope.ts";
import { payloadScrubber } from "./job-payload.ts";
import { STORED_STATE, statusOf } from "./job-status.ts";
import type { IJobs, JobStatus, ListedState, ListJobsInput, QueueChange, QueueOverview } from "./jobs.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { type ModuleQueues, QueueCatalogue, type QueueInfo } from "./queue-catalogue.ts";
import { QueueFeed } from "./queue-feed.ts";
import type { QueueCounts, StoredJob } from "./queue-store.ts";

export interface JobControlDeps {
  /** Null where the configuration names no store. */
  readonly backend: QueueBackend | null;
  /** What this process declares; asked when needed, because modules are given this before they say it. */
  readonly modules: () => readonly ModuleQueues[];
  readonly log: ILogger;
  /** Texts that nobody is shown. */
  readonly secrets?: readonly string[];
}

const EACH_PAGE = 200;
/** In the order in which jobs move on: one that does so meanwhile is met again and not missed. */
const STATES = ["delayed", "waiting", "running", "completed", "failed"] as const satisfies readonly ListedState[];
/** Of a job, or of a delivered event. */
const DataSchema = z.record(z.string(), z.unknown());

/** Looks at jobs and queues and steers them, from any process. */
export class JobControl implements IJobs {
  readonly #deps: JobControlDeps;
  readonly #scrubber = new TextScrubber();
  #known: QueueCatalogue | null = null;

  constructor(deps: JobControlDeps) {
    this.#deps = deps;
    for (const secret of deps.secrets ?? []) this.#scrubber.add(secret);
  }

  async get(queue: string, id: string): Promise<JobStatus | null> {
    const info = await this.#info(queue);
    return this.#backend.attempt(async () => {
      const job = await this.#find(info, id);
      return job ? this.#now(job, info) : null;
    });
  }

  async logs(queue: string, id: string, limit: number): Promise<readonly string[]> {
    const info = await this.#info(queue);
    const [job, { logs }] = await this.#backend.attempt(() => Promise.all([this.#find(info, id), this.#backend.queue(info.stored).getJobLogs(id, -limit, -1)]));
    const envelope = JobEnvelopeSchema.safeParse(job?.data).data;
    return logs.map(payloadScrubber(envelope?.payload, info.redact, this.#scrubber));
  }

  async cancel(queue: string, id: string, by: Caller): Promise<JobStatus> {
    const info = await this.#info(queue);
    if (info.kind === "events") {
      throw new AppError("invalid", "not_cancellable", "An event that is being delivered cannot be cancelled.", { remedy: "Remove it, if nobody is to receive it." });
    }
    return this.#backend.attempt(async () => {
      const job = await this.#require(info, id);
      if (job.finishedOn) return this.#now(job, info);
      const envelope = JobEnvelopeSchema.parse(job.data);
      if (!envelope.cancelled) await job.updateData({ ...envelope, cancelled: { at: new Date().toISOString(), by } });
      await this.#backend.tell(info.stored, "cancelled", id);
      // Its worker closes it at once instead of at its time. Fails when it left that state meanwhile, which is just as well.
      if (await job.isDelayed()) await job.promote().catch(() => undefined);
      return this.#now(await this.#require(info, id), info);
    });
  }

  async retry(queue: string, id: string): Promise<JobStatus> {
    const info = await this.#info(queue);
    return this.#backend.attempt(async () => {
      const job = await this.#require(info, id);
      const { state } = await this.#now(job, info);
      if (state !== "failed" && state !== "cancelled") {
        throw new AppError("conflict", "job_not_stopped", `This job is ${state}.`, { remedy: "Only a failed or cancelled job can be started again." });
      }
      await job.updateData({ ...DataSchema.parse(job.data), cancelled: undefined, retriedAt: new Date().toISOString() });
      if (await job.isFailed()) await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
      return this.#now(await this.#require(info, id), info);
    });
  }

  async remove(queue: string, id: string): Promise<void> {
    const info = await this.#info(queue);
    await this.#backend.attempt(async () => {
      const job = await this.#find(info, id);
      if (!job) return;
      await job.remove().catch(async (cause: unknown) => {
        const state = await job.getState();
        if (state === "active") throw new AppError("conflict", "job_running", "The job is running.", { remedy: "Cancel it first.", cause });
        if (state !== "unknown" && job.repeatJobKey) {
          throw new AppError("conflict", "job_scheduled", "This is the next run of a schedule.", { remedy: "It comes back as long as the schedule is there. Pause the queue instead.", cause });
        }
        if (state !== "unknown") throw cause;
      });
      await this.#backend.tell(info.stored, "removed", id);
    });
  }

  async queues(): Promise<readonly QueueOverview[]> {
    const infos = [...(await this.#catalogue.all()).values()].sort((a, b) => (a.queue < b.queue ? -1 : 1));
    const counts = new Map((await this.#backend.counts(infos.map(({ stored }) => stored), { completed: true })).map((each) => [each.queue, each]));
    return this.#backend.attempt(() => Promise.all(infos.map(async (info) => overviewOf(info, counts.get(info.stored), await this.#backend.queue(info.stored).isPaused()))));
  }

  async list(queue: string, { state, limit, cursor }: ListJobsInput): Promise<Page<JobStatus>> {
    const info = await this.#info(queue);
    const from = offsetOf(cursor);
    const ids = await this.#ids(info, state, from, limit + 1);
    return { items: await this.#read(info, state, ids.slice(0, limit)), nextCursor: ids.length > limit ? String(from + limit) : null };
  }

  async pause(queue: string): Promise<void> {
    const { stored } = await this.#info(queue);
    await this.#backend.attempt(() => this.#backend.queue(stored).pause());
  }

  async resume(queue: string): Promise<void> {
    const { stored } = await this.#info(queue);
    await this.#backend.attempt(() => this.#backend.queue(stored).resume());
  }

  async *each(queue: string): AsyncGenerator<readonly JobStatus[], void, undefined> {
    const info = await this.#info(queue);
    yield* this.#backend.pagesById ? this.#eachById(info) : this.#eachByState(info);
  }

  async *#eachById(info: QueueInfo): AsyncGenerator<readonly JobStatus[], void, undefined> {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const found = await this.#backend.page(info.stored, after, EACH_PAGE);
      const read = await Promise.all(STATES.map((state) => this.#read(info, state, found.flatMap((job) => (job.state === STORED_STATE[state] ? [job.id] : [])))));
      if (found.length > 0) yield read.flat();
      after = found.length === EACH_PAGE ? found.at(-1)?.id : undefined;
    }
  }

  async *#eachByState(info: QueueInfo): AsyncGenerator<readonly JobStatus[], void, undefined> {
    for (const state of STATES) {
      for (let from = 0, more = true; more; from += EACH_PAGE) {
        const ids = await this.#ids(info, state, from, EACH_PAGE);
        if (ids.length > 0) yield await this.#read(info, state, ids);
        more = ids.length === EACH_PAGE;
      }
    }
  }

  changes(signal: AbortSignal): AsyncIterable<QueueChange> {
    const { log } = this.#deps;
    return new QueueFeed({ backend: this.#backend, catalogue: this.#catalogue, log }).changes(signal);
  }

  get #backend(): QueueBackend {
    const { backend } = this.#deps;
    if (backend) return backend;
    throw new AppError("unavailable", "queue_not_configured", "There is no store for background jobs.", { remedy: "Set DATABASE_URL or REDIS_URL." });
  }

  get #catalogue(): QueueCatalogue {
    return (this.#known ??= new QueueCatalogue({ backend: this.#backend, modules: this.#deps.modules }));
  }

  /** A name that nobody declared must not make a queue. */
  async #info(queue: string): Promise<QueueInfo> {
    const info = await this.#catalogue.find(queue);
    if (info) return info;
    throw new AppError("not_found", "queue_not_found", "There is no such queue.", { remedy: "Choose one from the list of queues." });
  }

  /** Newest first. */
  async #ids({ stored }: QueueInfo, state: ListedState, from: number, count: number): Promise<readonly string[]> {
    return this.#backend.attempt(() => this.#backend.queue(stored).getRanges([STORED_STATE[state]], from, from + count - 1));
  }

  async #read(info: QueueInfo, state: ListedState, ids: readonly string[]): Promise<readonly JobStatus[]> {
    const jobs = await this.#backend.attempt(() => Promise.all(ids.map((id) => this.#find(info, id))));
    return jobs.flatMap((job) => (job ? [statusOf(job, STORED_STATE[state], info, this.#scrubber)] : []));
  }

  async #find({ stored }: QueueInfo, id: string): Promise<StoredJob | undefined> {
    return this.#backend.queue(stored).getJob(id);
  }

  async #require(info: QueueInfo, id: string): Promise<StoredJob> {
    const job = await this.#find(info, id);
    if (!job) throw new AppError("not_found", "job_not_found", "There is no such job.", { remedy: "It may have finished long ago; look at what it was to change." });
    return job;
  }

  async #now(job: StoredJob, info: QueueInfo): Promise<JobStatus> {
    return statusOf(job, await job.getState(), info, this.#scrubber);
  }
}

function overviewOf({ queue, module, kind, title, schedule }: QueueInfo, counts: QueueCounts | undefined, paused: boolean): QueueOverview {
  const { waiting = 0, delayed = 0, active: running = 0, completed = 0, failed = 0, oldestWaitingAt = null } = counts ?? {};
  return { queue, module, kind, title, schedule, paused, counts: { waiting, delayed, running, completed, failed }, oldestWaitingAt };
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new AppError("invalid", "invalid_cursor", "The continuation token does not belong to this list.", { remedy: "Start again from the first page." });
}
