import type { ILogger } from "../../trpc/context.ts";
import { systemCaller } from "../../caller.ts";
import type { JobDefinition } from "../../define-job.ts";
import type { JobEnvelope } from "./job-envelope.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { type JobEntry, jobEntry, jobRegistry } from "./queue-catalogue.ts";
import { jobQueueName } from "./queue-names.ts";
import { compareVersions, type ProductFacts, type QueueRegistry } from "./queue-registry.ts";

interface ModuleDefinitions {
  readonly module: string;
  readonly definitions: readonly JobDefinition[];
}

/** Tells the store which jobs there are, and keeps the stored schedules as the definitions say: added, changed and removed with them. */
export class JobSchedules {
  readonly #backend: QueueBackend;
  readonly #registry: QueueRegistry<JobEntry>;
  readonly #log: ILogger;

  constructor(deps: { backend: QueueBackend; log: ILogger }) {
    this.#backend = deps.backend;
    this.#registry = jobRegistry(deps.backend);
    this.#log = deps.log;
  }

  async sync(modules: readonly ModuleDefinitions[], { version, modules: present }: ProductFacts): Promise<void> {
    const stored = await this.#registry.get();
    const removed = present === null ? [] : [...stored.keys()].filter((module) => !present.includes(module) && modules.every((each) => each.module !== module));
    for (const { module, definitions } of [...modules, ...removed.map((gone) => ({ module: gone, definitions: [] }))]) {
      const versions = stored.get(module) ?? [];
      const isNewer = (other: string) => compareVersions(other, version) > 0;
      // During an upgrade the newer version says when its jobs run, also to a worker of the version before that starts again.
      const newer = new Set(versions.flatMap((each) => (isNewer(each.version) ? each.entries.map(({ name }) => name) : [])));
      const before = [...new Map(versions.flatMap((each) => (isNewer(each.version) ? [] : each.entries.map((entry) => [entry.name, entry] as const)))).values()];
      const gone = before.filter(({ name }) => !newer.has(name) && !definitions.some((definition) => definition.name === name));
      const unscheduled = before.filter(({ name, schedule }) => schedule !== null && !newer.has(name) && definitions.every((definition) => definition.name !== name || definition.options.schedule === undefined));
      for (const { name } of unscheduled) await this.#remove(name);
      for (const definition of definitions) if (!newer.has(definition.name)) await this.#upsert(definition);
      const entries = [...definitions.map(jobEntry), ...(await this.#unfinished(gone))].sort((a, b) => (a.name < b.name ? -1 : 1));
      await this.#registry.set(module, version, entries);
    }
  }

  /** Jobs of a definition that is gone stay visible for as long as the queue holds some. */
  async #unfinished(gone: readonly JobEntry[]): Promise<readonly JobEntry[]> {
    const counts = await this.#backend.counts(gone.map(({ name }) => jobQueueName(name)), { completed: true });
    return gone
      .filter(({ name }) => counts.some(({ queue, waiting, active, delayed, failed, completed }) => queue === jobQueueName(name) && waiting + active + delayed + failed + completed > 0))
      .map((entry) => ({ ...entry, schedule: null }));
  }

  async #upsert(definition: JobDefinition): Promise<void> {
    const { name, options, schema } = definition;
    const pattern = options.schedule;
    if (pattern === undefined) return;
    const queue = this.#backend.queue(jobQueueName(name));
    const known = await this.#backend.attempt(() => queue.getJobScheduler(name));
    // An unchanged schedule is left alone: setting it again would skip a run that came due while nobody worked.
    if (known?.pattern === pattern) return;
    const data: JobEnvelope = { payload: schema.parse({}), caller: systemCaller(name), traceId: null, enqueuedBy: "schedule" };
    await this.#backend.attempt(() => queue.upsertJobScheduler(name, { pattern, tz: "UTC" }, { name, data }));
    this.#log.info({ job: name, schedule: pattern }, "Scheduled");
  }

  async #remove(name: string): Promise<void> {
    await this.#backend.attempt(() => this.#backend.queue(jobQueueName(name)).removeJobScheduler(name));
    this.#log.info({ job: name }, "Schedule removed");
  }
}
