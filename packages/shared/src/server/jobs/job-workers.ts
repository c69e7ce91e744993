import { AppError, type ErrorKind } from "../../app-error.ts";
import type { Caller } from "../../caller.ts";
import type { ILogger, IPermissionPort } from "../../trpc/context.ts";
import { cancelledMark, JobEnvelopeSchema, type JobEnvelope } from "./job-envelope.ts";
import type { JobBinding, JobHandler } from "./job-handler.ts";
import { JobRecord } from "./job-record.ts";
import { JobSchedules } from "./job-schedules.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { DEFAULT_ATTEMPTS } from "./queue-catalogue.ts";
import { jobQueueName } from "./queue-names.ts";
import type { ProductFacts } from "./queue-registry.ts";
import { DEFAULT_TIMING, type QueueTiming, type StoredJob } from "./queue-store.ts";
import { QueueWorker, stopError } from "./queue-worker.ts";

export interface ModuleJobs {
  /** The module's name: its jobs are called `module.what`. */
  readonly module: string;
  readonly jobs: readonly JobBinding[];
}

export interface JobWorkersDeps {
  readonly backend: QueueBackend;
  readonly log: ILogger;
  /** Every module of this process, also those without jobs: so that the schedules of jobs that are gone are removed. */
  readonly modules: readonly ModuleJobs[];
  readonly product: ProductFacts;
  /** Asked before each attempt of a job that names a permission. */
  readonly permissions: IPermissionPort;
  readonly timing?: QueueTiming;
}

const PERMANENT: ReadonlySet<ErrorKind> = new Set(["invalid", "unauthenticated", "forbidden", "not_found", "too_large"]);
/** Whoever started the job is told so, as from any other procedure. */
const OUTCOMES: ReadonlySet<ErrorKind> = new Set([...PERMANENT, "conflict", "stale", "rate_limited"]);
const DEFAULTS = { attempts: DEFAULT_ATTEMPTS, backoffMs: 1_000, concurrency: 5 };
/** How often a running job's own record is asked whether somebody cancelled it. Short jobs are over before that. */
const CANCEL_CHECK_MS = 400;

/** Runs the jobs of this process' modules: role `jobs`. */
export class JobWorkers {
  readonly #deps: JobWorkersDeps;
  readonly #workers: readonly QueueWorker[];
  #cancelCheck: NodeJS.Timeout | null = null;
  #asking = false;

  constructor(deps: JobWorkersDeps) {
    this.#deps = deps;
    const bindings = deps.modules.flatMap((module) => module.jobs);
    const twice = bindings.find((binding, at) => bindings.findIndex((other) => other.definition.name === binding.definition.name) !== at);
    if (twice) throw new Error(`Two modules bind a handler to the job ${twice.definition.name}`);
    this.#workers = bindings.map((binding) => this.#worker(binding));
  }

  async start(): Promise<void> {
    const { backend, log, modules, product } = this.#deps;
    await backend.check();
    const definitions = modules.map(({ module, jobs }) => ({ module, definitions: jobs.map((binding) => binding.definition) }));
    await new JobSchedules({ backend, log }).sync(definitions, product);
    for (const worker of this.#workers) worker.start();
    this.#cancelCheck = setInterval(() => void this.#stopCancelled(), CANCEL_CHECK_MS);
  }

  /** Takes no new jobs. Running ones get until the deadline; then their signal aborts, and they run again elsewhere or later. */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(deadlineMs)));
    if (this.#cancelCheck) clearInterval(this.#cancelCheck);
  }

  #worker({ definition, load }: JobBinding): QueueWorker {
    const { backend, permissions, timing = DEFAULT_TIMING } = this.#deps;
    const { name, options } = definition;
    const log = this.#deps.log.child({ job: name });
    let loading: Promise<JobHandler<unknown>> | null = null;
    const handler = (): Promise<JobHandler<unknown>> => {
      loading ??= load().catch((error: unknown) => {
        loading = null;
        throw error;
      });
      return loading;
    };
    return new QueueWorker({
      backend,
      queue: jobQueueName(name),
      concurrency: options.concurrency ?? DEFAULTS.concurrency,
      attempts: options.attempts ?? DEFAULTS.attempts,
      backoffMs: options.backoffMs ?? DEFAULTS.backoffMs,
      timing,
      log,
      permanent: PERMANENT,
      outcomes: OUTCOMES,
      run: async (job, signal) => {
        const envelope = JobEnvelopeSchema.parse(job.data);
        if (envelope.cancelled) throw stopError("job_cancelled");
        await requirePermission(permissions, envelope.caller, options.permission);
        return runJob(await handler(), job, envelope, signal, log);
      },
    });
  }

  async #stopCancelled(): Promise<void> {
    // A store that answers slowly is not asked the same again meanwhile.
    if (this.#asking) return;
    this.#asking = true;
    const { backend, log } = this.#deps;
    const running = this.#workers.flatMap((worker) => worker.runningFor(CANCEL_CHECK_MS).map((id) => ({ worker, queue: worker.queue, id })));
    try {
      const stored = await backend.dataOf(running);
      for (const [place, { worker, id }] of running.entries()) {
        const data = stored[place];
        if (data === undefined) worker.abort(id, "job_lost");
        else if (cancelledMark(data)) worker.abort(id, "job_cancelled");
      }
    } catch (error) {
      log.debug({ jobs: running.length, err: error }, "Could not ask whether jobs were cancelled");
    } finally {
      this.#asking = false;
    }
  }
}

/** Somebody may have left the organization, or lost a role, since they started the job. */
async function requirePermission(permissions: IPermissionPort, caller: Caller, permission: string | undefined): Promise<void> {
  if (permission === undefined || caller.kind !== "user" || (await permissions.allows(caller, permission))) return;
  throw new AppError("forbidden", "permission_missing", "Whoever started this job may not do it any more.", {
    remedy: "Have it started again by somebody who may.",
    details: { permission },
  });
}

async function runJob(handler: JobHandler<unknown>, job: StoredJob, { payload, caller, traceId }: JobEnvelope, signal: AbortSignal, log: ILogger): Promise<void> {
  const id = job.id ?? "";
  const record = new JobRecord({ job, signal, log: () => log.child({ jobId: id, traceId }) });
  try {
    await handler({
      id,
      payload,
      caller,
      attempt: job.attemptsStarted,
      signal,
      log: record.log,
      progress: (done, total) => record.progress(done, total),
    });
  } finally {
    await record.flush();
  }
}
