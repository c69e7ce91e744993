import type { Job, JobRef } from "@coder/api/dashboard";
import type { useTRPCClient } from "#api/trpc.tsx";
import { Store } from "#lib/store.ts";

export type JobsByKey = ReadonlyMap<string, Job>;

/** Finished ones stay this long in sight: long enough to be noticed, and looked up from the bell of the status bar. */
const MAX_FINISHED = 20;
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

  constructor(deps: { readonly client: ReturnType<typeof useTRPCClient> }) {
    super(new Map());
    this.#client = deps.client;
  }

  /** Follows them until the returned function is called. */
  start(): () => void {
    const { unsubscribe } = this.#client.dashboard.watchOwnJobs.subscribe(
      {},
      {
        onStarted: () => void this.#read(),
        onData: ({ data }) => {
          if ("gap" in data || data.event.more) return void this.#read();
          this.update((known) => withChanges(known, data.event.jobs, data.event.removed));
        },
        // Refused for good: the status bar then says nothing, and the jobs page says why.
        onError: () => undefined,
      },
    );
    return unsubscribe;
  }

  /** Only what is under way is asked for; what ended in the meantime is looked up by those who wait for it. */
  async #read(): Promise<void> {
    const { items } = await this.#client.dashboard.listOwnJobs.query({ states: [...UNFINISHED], limit: 100 }).catch(() => ({ items: [] }));
    this.update((known) => withChanges(new Map([...known].filter(([, job]) => !isUnfinished(job))), items));
  }
}
