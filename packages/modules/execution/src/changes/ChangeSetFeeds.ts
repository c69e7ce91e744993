import { setTimeout as wait } from "node:timers/promises";
import type { ChangeSetNotice } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import type { Stored } from "@coder/db";
import type { Caller, LiveItem } from "@coder/shared";
import { LiveFeed, type IJobs } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { ChangeSetRow } from "../entities.ts";
import { settleChangeSetsJob } from "../jobs/definitions.ts";
import type { ChangeRows } from "./store/ChangeRows.ts";

/** Rows are changed by any process of the product, so they are looked at. */
const LOOK_EVERY_MS = 700;
/** More change sets than this do not change between two looks. */
const LOOK_AT = 50;

interface Followed {
  readonly feed: LiveFeed<ChangeSetNotice>;
  readonly stop: AbortController;
  readers: number;
}

interface ChangeSetFeedsDeps {
  readonly rows: ChangeRows;
  readonly jobs: Pick<IJobs, "get">;
  readonly log: ILogger;
  readonly everyMs?: number;
}

/** Tells who looks at a project's change sets what happens to them: one look at the rows for all who follow the same project. */
export class ChangeSetFeeds {
  readonly #deps: ChangeSetFeedsDeps;
  readonly #followed = new Map<ProjectId, Followed>();

  constructor(deps: ChangeSetFeedsDeps) {
    this.#deps = deps;
  }

  async *follow(caller: Caller, projectId: ProjectId, lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<LiveItem<ChangeSetNotice>, void, undefined> {
    const followed = this.#followed.get(projectId) ?? this.#start(caller, projectId);
    followed.readers += 1;
    try {
      yield* followed.feed.subscribe(lastEventId, signal);
    } finally {
      followed.readers -= 1;
      if (followed.readers === 0) {
        this.#followed.delete(projectId);
        followed.stop.abort();
      }
    }
  }

  #start(caller: Caller, projectId: ProjectId): Followed {
    const followed: Followed = { feed: new LiveFeed<ChangeSetNotice>(), stop: new AbortController(), readers: 0 };
    this.#followed.set(projectId, followed);
    void this.#look(caller, projectId, followed);
    return followed;
  }

  async #look(caller: Caller, projectId: ProjectId, { feed, stop: { signal } }: Followed): Promise<void> {
    const { rows, log, everyMs = LOOK_EVERY_MS } = this.#deps;
    let seen: ReadonlyMap<string, string> | null = null;
    const settling = new Set<string>();
    while (!signal.aborted) {
      try {
        const { items } = await rows.sets(caller).query({ projectId }, { limit: LOOK_AT, sort: { field: "updatedAt", direction: "desc" } });
        const before: ReadonlyMap<string, string> | null = seen;
        seen = new Map(items.map(({ id, etag }) => [id, etag]));
        // What happened before the first look is not known: whoever reads looks anew.
        if (!before) feed.gap();
        else for (const { id, state, etag, updatedAt } of items.toReversed()) if (before.get(id) !== etag) feed.publish({ id, state, updatedAt });
        for (const row of items) await this.#settleCancelled(caller, row, settling);
      } catch (err) {
        log.warn({ projectId, err }, "A project's change sets could not be looked at; tried again");
      }
      await wait(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** A job that is cancelled while it waits for a worker never comes to tell its change set: nobody is to wait for the settlement of the next minute. */
  async #settleCancelled(caller: Caller, { id, state, task }: Stored<ChangeSetRow>, settling: Set<string>): Promise<void> {
    if ((state !== "validating" && state !== "applying") || !task || settling.has(task.jobId)) return;
    if ((await this.#deps.jobs.get(task.jobName, task.jobId))?.state !== "cancelled") return;
    settling.add(task.jobId);
    await this.#deps.rows.change(caller, id, (now) => (now.state === state && now.task?.jobId === task.jobId ? {} : null), { enqueue: [settleChangeSetsJob.with({})] });
  }
}
