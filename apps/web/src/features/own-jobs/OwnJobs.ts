import type { Job, JobChanges, JobRef } from "@coder/api/dashboard";
import { followStream } from "#api/follow-stream.ts";
import type { useTRPCClient } from "#api/trpc.tsx";
import { onceMore } from "#lib/once-more.ts";
import { Store } from "#lib/store.ts";

export type JobsByKey = ReadonlyMap<string, Job>;

/** Finished ones stay this long in sight: long enough to be noticed, and looked up from the bell of the status bar. */
const MAX_FINISHED = 20;
/** After a list that did not come. */
const AGAIN_MS = 3_000;
/** Where much is told, the list is read this often. */
const READ_EVERY_MS = 1_000;
const UNFINISHED: readonly Job["state"][] = ["waiting", "delayed", "running"];

export function isUnfinished({ state }: Pick<Job, "state">): boolean {
  return UNFINISHED.includes(state);
}

export function jobKey({ queue, id }: JobRef): string {
  return `${queue}/${id}`;
}

/** What was told of a moment, over what was known: newest first, all that are unfinished, and the last that finished while somebody looked. */
export function withChanges(known: JobsByKey, jobs: readonly Job[], removed: readonly JobRef[] = []): JobsByKey {
  const next = new Map(known);
  for (const job of jobs) {
    const key = jobKey(job);
    // Old ones that are touched again, by a retry for example, come back; what had ended before anybody looked does not.
    if (job.kind === "jobs" && (isUnfinished(job) || known.has(key))) next.set(key, job);
  }
  for (const ref of removed) next.delete(jobKey(ref));
  const sorted = [...next].sort(([, left], [, right]) => (left.enqueuedAt < right.enqueuedAt ? 1 : -1));
  let finished = 0;
  return new Map(sorted.filter(([, job]) => isUnfinished(job) || ++finished <= MAX_FINISHED));
}

/** Of all jobs that are under way together; null while none tells. */
export function commonProgress(jobs: readonly Pick<Job, "progress">[]): number | null {
  const shares = jobs.flatMap(({ progress }) => (progress && progress.total > 0 ? [Math.min(1, progress.done / progress.total)] : []));
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The person's own background jobs, live: one stream for all of the page. */
export class OwnJobs extends Store<JobsByKey> {
  readonly #client: ReturnType<typeof useTRPCClient>;
  /** Told since the list that is on its way was asked for: it may be older. Null while none is on its way. */
  #meanwhile: JobChanges[] | null = null;

  constructor(deps: { readonly client: ReturnType<typeof useTRPCClient> }) {
    super(new Map());
    this.#client = deps.client;
  }

  /** Follows them until the returned function is called. */
  start(): () => void {
    const leaving = new AbortController();
    const inPeace = onceMore(READ_EVERY_MS);
    const read = () => void inPeace(() => this.#read(leaving.signal));
    const leave = followStream((ended) =>
      this.#client.dashboard.watchOwnJobs.subscribe(
        {},
        {
          onStarted: read,
          onData: ({ data }) => {
            if ("gap" in data || data.event.more) return read();
            this.#hear(data.event);
          },
          onError: ended,
          onComplete: ended,
        },
      ),
    );
    return () => {
      leaving.abort();
      leave();
    };
  }

  #hear(changes: JobChanges): void {
    this.#meanwhile?.push(changes);
    this.update((known) => withChanges(known, changes.jobs, changes.removed));
  }

  /** Only what is under way is asked for; what ended in the meantime is looked up by those who wait for it. A list that does not come leaves what is known, and is asked for again. */
  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const meanwhile: JobChanges[] = [];
      this.#meanwhile = meanwhile;
      const list = await this.#client.dashboard.listOwnJobs.query({ states: [...UNFINISHED], limit: 100 }, { signal }).catch(() => null);
      if (signal.aborted) return;
      this.#meanwhile = null;
      if (list !== null) {
        this.update((known) => {
          const read = withChanges(new Map([...known].filter(([, job]) => !isUnfinished(job))), list.items);
          return meanwhile.reduce((jobs, { jobs: changed, removed }) => withChanges(jobs, changed, removed), read);
        });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
