import { setTimeout as delay } from "node:timers/promises";
import type { Job, JobChanges, JobRef, JobScope, WatchJobsInput } from "@coder/api/dashboard";
import type { IDatabase } from "@coder/db";
import type { Caller, LiveItem } from "@coder/shared";
import { LiveFeed } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { jobEntity, removalEntity } from "../entities.ts";
import { jobOf } from "../reading/job-of.ts";
import { belongsTo, type Belonging } from "../reading/scope.ts";

export interface JobFeedDeps {
  readonly database: IDatabase;
  readonly log: ILogger;
}

interface Removed extends JobRef, Belonging {}

/** What all tenants' jobs did in one look. */
interface Look {
  readonly jobs: readonly Job[];
  readonly removed: readonly Removed[];
  readonly more: boolean;
}

interface Running {
  readonly feed: LiveFeed<Look>;
  readonly stop: AbortController;
  /** It is known from where on is looked. Only then may a reader begin to read by itself. */
  readonly ready: PromiseWithResolvers<void>;
}

/** At most four in a second. */
const LOOK_EVERY_MS = 300;
/** What is more than this is read anew by those who want it. */
const MOST = 500;
/** Looked on after the last reader left: one who comes back at once misses nothing. */
const LINGER_MS = 15_000;

/** Tells readers of this process what changes in the projection. One look serves all of them, and there is none while nobody reads. */
export class JobFeed {
  readonly #deps: JobFeedDeps;
  #running: Running | null = null;
  #readers = 0;
  #ending: NodeJS.Timeout | null = null;

  constructor(deps: JobFeedDeps) {
    this.#deps = deps;
  }

  async *watch(caller: Caller, { lastEventId }: WatchJobsInput, scope: JobScope, signal: AbortSignal): AsyncGenerator<LiveItem<JobChanges>, void, undefined> {
    const { feed, ready } = this.#enter();
    try {
      await Promise.race([ready.promise, aborted(signal)]);
      for await (const item of feed.subscribe(lastEventId, signal)) {
        if ("gap" in item) yield item;
        else {
          const event = seenBy(caller, scope, item.event);
          if (event !== null) yield { id: item.id, event };
        }
      }
    } finally {
      this.#leave();
    }
  }

  close(): void {
    if (this.#ending) clearTimeout(this.#ending);
    this.#running?.stop.abort();
    this.#running = null;
  }

  #enter(): Running {
    this.#readers += 1;
    if (this.#ending) clearTimeout(this.#ending);
    this.#ending = null;
    if (!this.#running) {
      this.#running = { feed: new LiveFeed<Look>(), stop: new AbortController(), ready: Promise.withResolvers() };
      void this.#look(this.#running);
    }
    return this.#running;
  }

  #leave(): void {
    this.#readers -= 1;
    if (this.#readers > 0) return;
    this.#ending = setTimeout(() => this.close(), LINGER_MS);
    this.#ending.unref();
  }

  async #look({ feed, stop: { signal }, ready }: Running): Promise<void> {
    let last: number | null = null;
    while (!signal.aborted) {
      try {
        last ??= await this.#newest();
        ready.resolve();
        const found = await this.#since(last);
        if (found.look !== null) feed.publish(found.look);
        last = found.last;
      } catch (error) {
        this.#deps.log.debug({ err: error }, "Could not look for changed jobs");
      }
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #since(last: number): Promise<{ readonly last: number; readonly look: Look | null }> {
    // What is written is told in its order: both tables up to the same place, or what one of them shows a moment later would pass for told.
    const until = await this.#newest();
    if (until <= last) return { last, look: null };
    const { jobs, removals } = this.#tables();
    const newer = { sequence: { gt: last, lte: until } };
    const order = { limit: MOST + 1, sort: { field: "sequence", direction: "asc" } } as const;
    const [changed, gone] = await Promise.all([jobs.query(newer, order), removals.query(newer, order)]);
    if (changed.items.length + gone.items.length > MOST) return { last: until, look: { jobs: [], removed: [], more: true } };
    const removed = gone.items.map(({ queue, jobId, kind, organizationId, startedBy }) => ({ queue, id: jobId, kind, organizationId, userId: startedBy }));
    return { last: until, look: { jobs: changed.items.map(jobOf), removed, more: false } };
  }

  async #newest(): Promise<number> {
    const { jobs, removals } = this.#tables();
    const order = { limit: 1, sort: { field: "sequence", direction: "desc" } } as const;
    const found = await Promise.all([jobs.query({}, order), removals.query({}, order)]);
    return Math.max(0, ...found.flatMap(({ items }) => items.map(({ sequence }) => sequence)));
  }

  #tables() {
    const scope = this.#deps.database.system("jobs");
    return { jobs: scope.repository(jobEntity), removals: scope.repository(removalEntity) };
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));
}

/** The part of it that is of the scope; null when there is none. */
function seenBy(caller: Caller, scope: JobScope, { jobs, removed, more }: Look): JobChanges | null {
  const own = {
    jobs: jobs.filter(({ kind, organizationId, startedBy }) => belongsTo(caller, scope, { kind, organizationId, userId: "userId" in startedBy ? startedBy.userId : null })),
    removed: removed.filter((job) => belongsTo(caller, scope, job)).map(({ queue, id }) => ({ queue, id })),
    more,
  };
  return own.jobs.length === 0 && own.removed.length === 0 && !more ? null : own;
}
