"use client";

import type { JobRef } from "@coder/api/dashboard";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Loaded } from "#api/loaded.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { copyText } from "#lib/clipboard.ts";
import { count, duration } from "#lib/time.ts";
import { useNow } from "#lib/use-now.ts";
import { Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { JsonBlock } from "#ui/json.tsx";
import { Fact, Facts, Sheet, SheetSection } from "#ui/sheet.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { Notice } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";
import { toast } from "#ui/toast.tsx";
import { CopyableId, ExactTime, Time } from "#ui/values.tsx";
import { type JobFeed, useAskAnew, useFeedListener } from "./job-feed.ts";
import { jobKey } from "./job-filter.ts";
import { JobLog } from "./job-log.tsx";
import type { FullJob, JobsApi } from "./jobs-api.ts";
import styles from "./jobs.module.css";
import { JobProgress, JobTook } from "./progress.tsx";
import { timelineOf } from "./timeline.ts";
import { attemptsText, starterName, STATES } from "./words.ts";

export function useJobDetails(api: JobsApi, feed: JobFeed, ref: JobRef | null) {
  const queryKey = ["jobs", api.scope, "job", ref] as const;
  const askAnew = useAskAnew(queryKey);
  useFeedListener(feed, (changes) => {
    const changed = ref !== null && (changes === null || [...changes.jobs, ...changes.removed].some((job) => jobKey(job) === jobKey(ref)));
    if (changed) askAnew();
  });
  return useQuery({ queryKey, queryFn: ({ signal }) => api.get.query(ref ?? { queue: "-", id: "-" }, { signal }), enabled: ref !== null, retry: false, staleTime: 0 });
}

interface JobSheetProps {
  readonly api: JobsApi;
  readonly feed: JobFeed;
  readonly query: ReturnType<typeof useJobDetails>;
  readonly names: ReadonlyMap<string, string>;
  readonly onClose: () => void;
  readonly onFilter: (term: { readonly key: string; readonly value: string }) => void;
}

export function JobSheet({ api, feed, query, names, onClose, onFilter }: JobSheetProps) {
  return (
    <Sheet title={query.data?.title ?? "Job"} name="job" onClose={onClose}>
      <Loaded query={query} what="the job" skeleton={<Skeleton width={260} />}>
        {(job) => <Details api={api} feed={feed} job={job} names={names} onFilter={onFilter} />}
      </Loaded>
    </Sheet>
  );
}

function Details({ api, feed, job, names, onFilter }: Omit<JobSheetProps, "query" | "onClose"> & { readonly job: FullJob }) {
  const now = useNow();
  const state = STATES[job.state];
  const copy = async () => {
    await copyText(JSON.stringify(job, null, 2));
    toast({ title: "Job copied as JSON" });
  };
  const by = job.cancelled === null ? null : starterName({ startedBy: job.cancelled.by }, names);
  return (
    <>
      <div className={styles.head}>
        <Status tone={state.tone} icon={state.icon}>{state.text}</Status>
        {job.state === "running" ? <JobProgress job={job} wide /> : <span className={textStyles.dim12}>{by === null ? state.help : `by ${by}`}</span>}
      </div>
      {job.kept ? null : (
        <Notice title="Its queue has forgotten this job"><p>Payload, log and stack are gone with it. What is shown was noted when it ended.</p></Notice>
      )}
      <div className={styles.actions}>
        <CommandButton command="jobs.cancel" title="Cancel" />
        <CommandButton command="jobs.retry" title="Retry" variant="primary" />
        <CommandButton command="jobs.remove" title="Remove" variant="quiet" />
      </div>
      {job.error === null ? null : (
        <SheetSection title="Error">
          <p className={styles.message}>{job.error.message}</p>
          {job.stacks.map((stack, place) => (
            // The last is what counts; those before are there to compare.
            <details key={place} open={place === job.stacks.length - 1}>
              <summary>{job.stacks.length === 1 ? "Stack" : `Attempt ${place + 1}`}</summary>
              <pre className={styles.stack} tabIndex={0} role="group" aria-label={job.stacks.length === 1 ? "Stack" : `Stack of attempt ${place + 1}`}>{stack}</pre>
            </details>
          ))}
          <div>
            <Button variant="quiet" icon="filter" onClick={() => onFilter({ key: "cause", value: job.error?.fingerprint ?? "" })}>Jobs with the same cause</Button>
          </div>
        </SheetSection>
      )}
      <SheetSection title="Job">
        <Facts>
          <Fact name="Queue">
            <Button variant="quiet" className={styles.inline} onClick={() => onFilter({ key: "queue", value: job.queue })}>{job.queue}</Button>
          </Fact>
          {job.name === job.queue ? null : <Fact name={job.kind === "events" ? "Event" : "Name"}><span className={textStyles.mono}>{job.name}</span></Fact>}
          {job.subject === null ? null : (
            <Fact name={`About: ${job.subject.type}`}>
              {job.subject.type === "project" ? <Link href={`/projects/${job.subject.id}`}>Open the project</Link> : null}
              <div><CopyableId value={job.subject.id} what={`the ${job.subject.type}'s id`} /></div>
            </Fact>
          )}
          <Fact name="Started by">{starterName(job, names)}</Fact>
          <Fact name="Attempt">{attemptsText(job)}</Fact>
          <Fact name="Took"><JobTook job={job} otherwise="–" /></Fact>
          <Fact name="Id"><CopyableId value={job.id} /></Fact>
          {job.traceId === null ? null : <Fact name="Trace"><CopyableId value={job.traceId} what="the trace id" /></Fact>}
        </Facts>
      </SheetSection>
      <SheetSection title="What happened">
        <ol className={styles.timeline}>
          {timelineOf(job, now).map(({ what, at, afterMs, icon, tone, ahead }) => (
            <li key={what} data-ahead={ahead || undefined}>
              <Status tone={tone} icon={icon}>{what === "Cancelled" && by !== null ? `Cancelled by ${by}` : what}</Status>
              <span className={textStyles.dim12}>{afterMs === null ? null : `after ${duration(afterMs)}`}</span>
              <span className={styles.when}>{ahead ? <Time at={at} /> : <Time at={at} as="column" />}</span>
            </li>
          ))}
        </ol>
      </SheetSection>
      {job.kept ? (
        <>
          <SheetSection title="Log">
            <JobLog api={api} feed={feed} job={job} running={job.state === "running"} />
          </SheetSection>
          <SheetSection title="Payload">
            <JsonBlock value={job.payload} label="Payload of the job" />
            <p className={textStyles.dim12}>Secrets are masked before they leave the server.</p>
          </SheetSection>
        </>
      ) : null}
      <div className={styles.foot}>
        <Button icon="copy" onClick={() => void copy()}>Copy as JSON</Button>
        <span className={textStyles.dim12}>Enqueued <ExactTime at={job.enqueuedAt} />{job.progress === null || job.state === "running" ? "" : `, ${count(job.progress.done)} of ${count(job.progress.total)}`}</span>
      </div>
    </>
  );
}
