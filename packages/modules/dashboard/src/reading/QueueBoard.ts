import type { Failures, IQueueOverview, JobScope, ListFailuresInput, Queue, QueueInput, QueuePause, Queues } from "@coder/api/dashboard";
import type { Group, IDatabase } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { IJobs, QueueOverview } from "@coder/shared/server";
import { followerEntity, jobEntity, type JobRow } from "../entities.ts";
import { titleOf } from "../projection/job-row.ts";
import { FOLLOWER } from "../projection/Lease.ts";
import { countsOf } from "./JobReader.ts";
import { InFlight, keyOf } from "./InFlight.ts";
import { callerOrganization, jobsInScope, narrowed } from "./scope.ts";

export interface QueueBoardDeps {
  readonly database: IDatabase;
  readonly jobs: Pick<IJobs, "queues" | "pause" | "resume">;
  readonly now: () => Date;
}

/** Asked once for all who look at the same time. */
const FRESH_MS = 2_000;
const MAX_GROUPS = 1_000;
const MAX_CAUSES = 100;

export class QueueBoard implements Pick<IQueueOverview, "listQueues" | "pauseQueue" | "resumeQueue" | "listFailures"> {
  readonly #deps: QueueBoardDeps;
  readonly #groups = new InFlight<readonly Group<JobRow, "queue" | "state">[]>();
  #known: Promise<readonly QueueOverview[]> | null = null;
  #knownAt = 0;

  constructor(deps: QueueBoardDeps) {
    this.#deps = deps;
  }

  async listQueues(caller: Caller, scope: JobScope): Promise<Queues> {
    const { database } = this.#deps;
    const jobs = scope === "system" ? { rows: database.system("jobs").repository(jobEntity), where: {} } : jobsInScope(database, caller, scope);
    const [queues, groups, behindSince] = await Promise.all([
      this.#queues(),
      this.#groups.ask(keyOf({ scope, organizationId: callerOrganization(caller) }, jobs.where), () => jobs.rows.groups(jobs.where, { by: ["queue", "state"], range: ["changedAt"], limit: MAX_GROUPS })),
      this.#behindSince(),
    ]);
    const byQueue = Map.groupBy(groups, ({ key }) => key.queue);
    const items = queues.flatMap((queue): Queue[] => {
      const held = byQueue.get(queue.queue) ?? [];
      if (scope !== "system" && held.length === 0) return [];
      const oldestWaitingAt = held.find(({ key }) => key.state === "waiting")?.smallest.changedAt ?? null;
      return [{ ...overviewOf(queue), counts: countsOf(held), oldestWaitingAt }];
    });
    return { items, behindSince };
  }

  async pauseQueue(_caller: Caller, { queue }: QueueInput): Promise<QueuePause> {
    await this.#deps.jobs.pause(queue);
    this.#known = null;
    return { queue, paused: true };
  }

  async resumeQueue(_caller: Caller, { queue }: QueueInput): Promise<QueuePause> {
    await this.#deps.jobs.resume(queue);
    this.#known = null;
    return { queue, paused: false };
  }

  async listFailures(caller: Caller, input: ListFailuresInput, scope: JobScope): Promise<Failures> {
    const jobs = jobsInScope(this.#deps.database, caller, scope);
    const failed = { ...narrowed(jobs, input), state: "failed" } as const;
    const groups = await jobs.rows.groups(failed, { by: ["fingerprint", "cause", "frame", "queue"], range: ["changedAt"], limit: MAX_GROUPS });
    const causes = Map.groupBy(groups, ({ key }) => key.fingerprint ?? "");
    const items = [...causes].map(([fingerprint, parts]) => ({
      fingerprint,
      cause: parts[0]?.key.cause ?? "",
      frame: parts[0]?.key.frame ?? null,
      count: parts.reduce((sum, { count }) => sum + count, 0),
      queues: parts.map(({ key, count }) => ({ queue: key.queue, count })),
      firstAt: parts.map(({ smallest }) => smallest.changedAt ?? "").sort()[0] ?? "",
      lastAt: parts.map(({ largest }) => largest.changedAt ?? "").sort().at(-1) ?? "",
    }));
    items.sort((left, right) => right.count - left.count || (left.lastAt < right.lastAt ? 1 : -1));
    return { items: items.slice(0, MAX_CAUSES), limited: items.length > MAX_CAUSES || groups.length === MAX_GROUPS };
  }

  /** Null while a process follows the queues. */
  async #behindSince(): Promise<string | null> {
    const follower = await this.#deps.database.system("jobs").repository(followerEntity).get(FOLLOWER);
    const now = this.#deps.now().toISOString();
    return follower !== null && follower.until > now ? null : (follower?.until ?? now);
  }

  #queues(): Promise<readonly QueueOverview[]> {
    if (!this.#known || performance.now() - this.#knownAt > FRESH_MS) {
      this.#knownAt = performance.now();
      this.#known = this.#deps.jobs.queues();
      this.#known.catch(() => (this.#known = null));
    }
    return this.#known;
  }
}

function overviewOf({ queue, module, kind, title, schedule, paused }: QueueOverview): Omit<Queue, "counts" | "oldestWaitingAt"> {
  return { queue, module, kind, title: kind === "events" ? `Events for ${module}` : titleOf({ title, kind, name: queue, module }), schedule, paused };
}
