import type { Job, JobChanges, JobFilter } from "@coder/api/dashboard";
import { compareJobs, jobKey, matchesJob, type JobOrder } from "./job-filter.ts";

interface Told {
  readonly job: Job;
  readonly toldAt: number;
  /** When it stopped to be what the list asks for; null while it is. */
  readonly leftAt: number | null;
}

/** What was told since the list was read. */
export interface LiveJobs {
  readonly told: ReadonlyMap<string, Told>;
  readonly removed: ReadonlySet<string>;
}

export const NOTHING_TOLD: LiveJobs = { told: new Map(), removed: new Set() };

/** A job that is not what the list asks for any more stays this long: it does not vanish under somebody's pointer. */
export const LINGER_MS = 4_000;
/** More than this, and the list is better read anew. */
const MOST_TOLD = 1_000;

/** Null: read the list anew. */
export function hear(live: LiveJobs, { jobs, removed, more }: JobChanges, filter: JobFilter, now: number): LiveJobs | null {
  if (more || live.told.size + jobs.length > MOST_TOLD) return null;
  const told = new Map(live.told);
  const gone = new Set(live.removed);
  for (const job of jobs) {
    const key = jobKey(job);
    const before = told.get(key);
    told.set(key, { job, toldAt: now, leftAt: matchesJob(job, filter) ? null : (before?.leftAt ?? now) });
    gone.delete(key);
  }
  for (const ref of removed) {
    told.delete(jobKey(ref));
    gone.add(jobKey(ref));
  }
  return { told, removed: gone };
}

/** What a reading that began then has seen by itself. */
export function forgetBefore({ told, removed }: LiveJobs, time: number): LiveJobs {
  return { told: new Map([...told].filter(([, { toldAt }]) => toldAt >= time)), removed };
}

export interface ShownList {
  readonly listed: readonly Job[];
  readonly live: LiveJobs;
  readonly order: JobOrder;
  readonly filter: JobFilter;
  /** Whether the server has more behind the last that was listed. */
  readonly more: boolean;
  /** Stay whatever they are: what is open or chosen. */
  readonly held: ReadonlySet<string>;
  readonly now: number;
}

/** The list as it is now: what was read, with what was told since put in its place. */
export function shownJobs({ listed, live, order, filter, more, held, now }: ShownList): readonly Job[] {
  const keys = new Set(listed.map(jobKey));
  const last = listed.at(-1);
  const stays = (key: string, job: Job, leftAt: number | null) => held.has(key) || (leftAt === null ? matchesJob(job, filter) : now - leftAt < LINGER_MS);
  const known = listed.flatMap((job): Job[] => {
    const key = jobKey(job);
    if (live.removed.has(key)) return [];
    const told = live.told.get(key);
    if (told === undefined) return [job];
    return stays(key, told.job, told.leftAt) ? [told.job] : [];
  });
  const fresh = [...live.told].flatMap(([key, { job, leftAt }]) => {
    // Of what never was in the list only what belongs into it; behind its end it comes with the next page.
    if (keys.has(key) || leftAt !== null) return [];
    return more && last !== undefined && compareJobs(job, last, order) > 0 ? [] : [job];
  });
  // A job keeps its place while only its state changes: the order of rows that were read is the server's.
  return fresh.length === 0 && order.sort === "enqueuedAt" ? known : [...known, ...fresh].sort((left, right) => compareJobs(left, right, order));
}

/** When the next job leaves; null when none does. */
export function nextLeave({ told }: LiveJobs, now: number): number | null {
  const times = [...told.values()].flatMap(({ leftAt }) => (leftAt !== null && leftAt + LINGER_MS > now ? [leftAt + LINGER_MS] : []));
  return times.length === 0 ? null : Math.min(...times);
}
