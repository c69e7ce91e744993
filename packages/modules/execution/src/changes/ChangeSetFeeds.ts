import { setTimeout as wait } from "node:timers/promises";
import type { ChangeSetNotice } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller, LiveItem } from "@coder/shared";
import { LiveFeed } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { Settlement } from "./apply/Settlement.ts";
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
  readonly settlement: Pick<Settlement, "askFor">;
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
    const { rows, settlement, log, everyMs = LOOK_EVERY_MS } = this.#deps;
    let seen: ReadonlyMap<string, string> | null = null;
    const asked = new Set<string>();
    while (!signal.aborted) {
      try {
        const { items } = await rows.sets(caller).query({ projectId }, { limit: LOOK_AT, sort: { field: "updatedAt", direction: "desc" } });
        const before: ReadonlyMap<string, string> | null = seen;
        seen = new Map(items.map(({ id, etag }) => [id, etag]));
        // What happened before the first look is not known: whoever reads looks anew.
        if (!before) feed.gap();
        else for (const { id, state, etag, updatedAt } of items.toReversed()) if (before.get(id) !== etag) feed.publish({ id, state, updatedAt });
        for (const row of items) if (row.task && !asked.has(row.task.jobId) && (await settlement.askFor(row))) asked.add(row.task.jobId);
      } catch (err) {
        log.warn({ projectId, err }, "A project's change sets could not be looked at; tried again");
      }
      await wait(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
