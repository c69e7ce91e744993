"use client";

import type { Job, JobRef } from "@coder/api/dashboard";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useTRPCClient } from "#api/trpc.tsx";
import { Store, useStore, useStorePart } from "#lib/store.ts";
import { jobKey, type JobsByKey, OwnJobs } from "./OwnJobs.ts";

const NOTHING: Store<JobsByKey> = new Store(new Map());
const OwnJobsContext = createContext<Store<JobsByKey>>(NOTHING);

/** Follows the person's jobs for everything on the page. */
export function OwnJobsProvider({ children }: { readonly children: ReactNode }) {
  const client = useTRPCClient();
  const [jobs] = useState(() => new OwnJobs({ client }));
  useEffect(() => jobs.start(), [jobs]);
  return <OwnJobsContext value={jobs}>{children}</OwnJobsContext>;
}

/** Newest first. */
export function useOwnJobs(): readonly Job[] {
  return [...useStore(useContext(OwnJobsContext)).values()];
}

/** One job as it is now; undefined for one that ended before this page was there. */
export function useOwnJob(ref: JobRef | null): Job | undefined {
  const key = ref === null ? null : jobKey(ref);
  return useStorePart(useContext(OwnJobsContext), (jobs) => (key === null ? undefined : jobs.get(key)));
}

/** Which jobs of a queue there are and how each stands, as one text: another one whenever a job begins or ends, and not when it is merely further. */
export function useOwnJobStates(queue: string): string {
  return useStorePart(useContext(OwnJobsContext), (jobs) => [...jobs].flatMap(([key, job]) => (job.queue === queue ? [`${key} ${job.state}`] : [])).join());
}

/** Jobs that another entry of the status bar tells of. */
const toldElsewhere = new Store<ReadonlySet<string>>(new Set());

/** Whoever tells of a job in the status bar says so: it stands there once. */
export function useTellsOf(key: string | null): void {
  useEffect(() => {
    if (key === null) return undefined;
    toldElsewhere.update((keys) => new Set(keys).add(key));
    return () => toldElsewhere.update((keys) => new Set([...keys].filter((each) => each !== key)));
  }, [key]);
}

export function useToldElsewhere(): ReadonlySet<string> {
  return useStore(toldElsewhere);
}
