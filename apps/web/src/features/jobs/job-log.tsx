"use client";

import type { JobLogs, JobRef } from "@coder/api/dashboard";
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { columnTime } from "#lib/time.ts";
import { useNow } from "#lib/use-now.ts";
import { useTimeZone } from "#lib/time-zone.ts";
import { Button } from "#ui/button.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { type JobFeed, useAskAnew, useFeedListener } from "./job-feed.ts";
import type { JobsApi } from "./jobs-api.ts";
import { jobKey } from "./job-filter.ts";
import styles from "./job-log.module.css";

interface JobLogProps {
  readonly api: JobsApi;
  readonly feed: JobFeed;
  readonly job: JobRef;
  readonly running: boolean;
}

const ASK_EVERY_MS = 1_000;

/** The job's own log. It follows the end while the reader is there, and stays where the reader went. */
export function JobLog({ api, feed, job: { queue, id }, running }: JobLogProps) {
  const queryKey = ["jobs", api.scope, "log", queue, id] as const;
  // What a job logs is told to nobody: a running one is asked, an ended one once more.
  const query = useQuery({ queryKey, queryFn: ({ signal }) => api.logs.query({ queue, id }, { signal }), refetchInterval: running ? ASK_EVERY_MS : false, retry: false });
  const askAnew = useAskAnew(queryKey);
  useFeedListener(feed, (changes) => {
    if (changes === null || changes.jobs.some((changed) => jobKey(changed) === jobKey({ queue, id }))) askAnew();
  });
  return (
    <Loaded query={query} what="the log" skeleton={<Skeleton width={240} />}>
      {({ lines }) => (lines.length === 0 ? <p className={styles.none}>{running ? "Nothing was logged yet." : "It logged nothing."}</p> : <Lines lines={lines} />)}
    </Loaded>
  );
}

/** So near to the end still counts as there. */
const NEAR = 24;

function Lines({ lines }: { readonly lines: JobLogs["lines"] }) {
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const now = useNow();
  const zone = useTimeZone();
  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    if (following.current) toEnd();
  }, [lines]);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    setAway(!following.current);
  };
  return (
    <div className={styles.frame}>
      <div ref={box} className={styles.lines} role="log" aria-label="Log of the job" aria-live="off" tabIndex={0} onScroll={onScroll}>
        {lines.map(({ at, level, message }, place) => (
          <div key={place} className={styles.line} data-level={level}>
            {at === null ? null : <time dateTime={at}>{columnTime(at, now, zone)}</time>}
            {level === "info" ? null : <span className={styles.level}>{level}</span>}
            <span>{message}</span>
          </div>
        ))}
      </div>
      {away ? (
        <div className={styles.toEnd}>
          <Button icon="arrow-down" onClick={toEnd}>To the end</Button>
        </div>
      ) : null}
    </div>
  );
}
