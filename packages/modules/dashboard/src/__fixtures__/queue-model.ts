import { AppError, systemCaller, type Caller, type Page } from "@coder/shared";
import { newId, type IJobs, type JobStatus, type ListJobsInput, type QueueChange, type QueueOverview } from "@coder/shared/server";

/** Queues as the kernel tells of them, held in memory: what the module's classes are tried against before they meet real ones. */
export class QueueModel implements IJobs {
  readonly #jobs = new Map<string, Map<string, JobStatus>>();
  readonly #paused = new Set<string>();
  readonly #readers = new Set<(change: QueueChange) => void>();
  readonly #logs = new Map<string, readonly string[]>();
  #clock = Date.parse("2026-03-01T12:00:00.000Z");
  /** How many of the next questions the store does not answer. */
  away = 0;
  /** Called before each question is answered, with what is asked. */
  beforeAnswer: (question: string, id: string) => Promise<void> | void = () => undefined;

  /** Each is later than the one before. */
  tick(ms = 1_000): string {
    this.#clock += ms;
    return new Date(this.#clock).toISOString();
  }

  add(values: Partial<JobStatus> & { readonly caller?: Caller } = {}): JobStatus {
    const queue = values.queue ?? "demo.thing.make";
    const job: JobStatus = {
      queue, module: queue.split(".")[0] === "events" ? (queue.split(".")[1] ?? "") : (queue.split(".")[0] ?? ""), kind: queue.startsWith("events.") ? "events" : "jobs", title: null, id: newId(), name: queue, state: "waiting",
      caller: systemCaller("demo.part"), payload: {}, progress: null, attempt: 0, maxAttempts: 3, enqueuedAt: this.tick(), retriedAt: null, dueAt: null, startedAt: null, finishedAt: null, waitedMs: null, error: null, stacks: [], traceId: null,
      cancelled: null, ...values,
    };
    return this.#set(job);
  }

  /** Queues that hold nothing yet. */
  declare(...queues: readonly string[]): void {
    for (const queue of queues) if (!this.#jobs.has(queue)) this.#jobs.set(queue, new Map());
  }

  start(job: JobStatus): JobStatus {
    const startedAt = this.tick();
    return this.#change(job, { state: "running", attempt: job.attempt + 1, startedAt, finishedAt: null, waitedMs: job.attempt === 0 ? Date.parse(startedAt) - Date.parse(job.retriedAt ?? job.enqueuedAt) : null });
  }

  complete(job: JobStatus): JobStatus {
    return this.#change(job, { state: "completed", finishedAt: this.tick() });
  }

  fail(job: JobStatus, error = "It broke", stack = `Error: ${error}\n    at work (file:///srv/app/src/work.ts:10:5)`): JobStatus {
    return this.#change(job, { state: "failed", finishedAt: this.tick(), error, stacks: [...job.stacks, stack] });
  }

  /** Without telling anybody, as age does it. */
  drop({ queue, id }: Pick<JobStatus, "queue" | "id">): void {
    this.#jobs.get(queue)?.delete(id);
  }

  write({ queue, id }: Pick<JobStatus, "queue" | "id">, ...lines: readonly string[]): void {
    this.#logs.set(`${queue}/${id}`, lines);
  }

  /** What was told gets lost. */
  gap(queue: string): void {
    this.#tell({ queue, gap: true });
  }

  all(): readonly JobStatus[] {
    return [...this.#jobs.values()].flatMap((jobs) => [...jobs.values()]);
  }

  async get(queue: string, id: string): Promise<JobStatus | null> {
    await this.#answer("get", id);
    return this.#queue(queue).get(id) ?? null;
  }

  async logs(queue: string, id: string, limit: number): Promise<readonly string[]> {
    await this.#answer("logs", id);
    return (this.#logs.get(`${queue}/${id}`) ?? []).slice(-limit);
  }

  async cancel(queue: string, id: string, by: Caller): Promise<JobStatus> {
    await this.#answer("cancel", id);
    const job = this.#require(queue, id);
    if (job.kind === "events") throw new AppError("invalid", "not_cancellable", "No event is cancelled.", { remedy: "Remove it." });
    if (job.finishedAt !== null) return job;
    const at = this.tick();
    return this.#change(job, { state: "cancelled", finishedAt: at, cancelled: { at, by } });
  }

  async retry(queue: string, id: string): Promise<JobStatus> {
    await this.#answer("retry", id);
    const job = this.#require(queue, id);
    if (job.state !== "failed" && job.state !== "cancelled") throw new AppError("conflict", "job_not_stopped", "It is not stopped.", { remedy: "Wait." });
    return this.#change(job, { state: "waiting", attempt: 0, retriedAt: this.tick(), finishedAt: null, startedAt: null, waitedMs: null, error: null, cancelled: null });
  }

  async remove(queue: string, id: string): Promise<void> {
    await this.#answer("remove", id);
    const job = this.#queue(queue).get(id);
    if (job?.state === "running") throw new AppError("conflict", "job_running", "It is running.", { remedy: "Cancel it first." });
    if (!job) return;
    this.#queue(queue).delete(id);
    this.#tell({ queue, ids: [id] });
  }

  async queues(): Promise<readonly QueueOverview[]> {
    await this.#answer("queues", "");
    return [...this.#jobs].map(([queue, jobs]) => {
      const all = [...jobs.values()];
      const count = (state: JobStatus["state"]) => all.filter((job) => job.state === state).length;
      const waiting = all.filter(({ state }) => state === "waiting").map(({ enqueuedAt }) => enqueuedAt).sort();
      return {
        queue, module: queue.split(".")[0] ?? "", kind: queue.startsWith("events.") ? "events" : "jobs", title: null, schedule: null, paused: this.#paused.has(queue),
        counts: { waiting: count("waiting"), delayed: count("delayed"), running: count("running"), completed: count("completed"), failed: count("failed") + count("cancelled") }, oldestWaitingAt: waiting[0] ?? null,
      };
    });
  }

  async list(queue: string, { state, limit }: ListJobsInput): Promise<Page<JobStatus>> {
    await this.#answer("list", "");
    return { items: [...this.#queue(queue).values()].filter((job) => job.state === state).slice(0, limit), nextCursor: null };
  }

  async pause(queue: string): Promise<void> {
    this.#queue(queue);
    this.#paused.add(queue);
  }

  async resume(queue: string): Promise<void> {
    this.#queue(queue);
    this.#paused.delete(queue);
  }

  async *each(queue: string): AsyncGenerator<readonly JobStatus[]> {
    const ids = [...this.#queue(queue).keys()];
    for (let at = 0; at < ids.length; at += 3) {
      await this.#answer("each", "");
      yield ids.slice(at, at + 3).flatMap((id) => this.#queue(queue).get(id) ?? []);
    }
  }

  async *changes(signal: AbortSignal): AsyncGenerator<QueueChange> {
    const pending: QueueChange[] = [...this.#jobs.keys()].map((queue) => ({ queue, gap: true }));
    let wake = Promise.withResolvers<void>();
    const hear = (change: QueueChange): void => {
      pending.push(change);
      wake.resolve();
    };
    signal.addEventListener("abort", () => wake.resolve(), { once: true });
    this.#readers.add(hear);
    try {
      while (!signal.aborted) {
        const next = pending.shift();
        if (next) yield next;
        else {
          await wake.promise;
          wake = Promise.withResolvers();
        }
      }
    } finally {
      this.#readers.delete(hear);
    }
  }

  #change(job: JobStatus, values: Partial<JobStatus>): JobStatus {
    return this.#set({ ...this.#require(job.queue, job.id), ...values });
  }

  #set(job: JobStatus): JobStatus {
    const known = this.#jobs.get(job.queue);
    if (known) known.set(job.id, job);
    else this.#jobs.set(job.queue, new Map([[job.id, job]]));
    this.#tell(known ? { queue: job.queue, ids: [job.id] } : { queue: job.queue, gap: true });
    return job;
  }

  #tell(change: QueueChange): void {
    for (const reader of this.#readers) reader(change);
  }

  async #answer(question: string, id: string): Promise<void> {
    await this.beforeAnswer(question, id);
    if (this.away <= 0) return;
    this.away -= 1;
    throw new AppError("unavailable", "queue_unavailable", "The store is away.", { remedy: "Wait." });
  }

  #queue(queue: string): Map<string, JobStatus> {
    const jobs = this.#jobs.get(queue);
    if (jobs) return jobs;
    throw new AppError("not_found", "queue_not_found", "There is no such queue.", { remedy: "Choose another." });
  }

  #require(queue: string, id: string): JobStatus {
    const job = this.#queue(queue).get(id);
    if (job) return job;
    throw new AppError("not_found", "job_not_found", "There is no such job.", { remedy: "Choose another." });
  }
}
