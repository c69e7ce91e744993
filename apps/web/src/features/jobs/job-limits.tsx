"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { count, plural } from "#lib/time.ts";
import { Icon } from "#ui/icon.tsx";
import styles from "./overview.module.css";

const REFRESH_MS = 30_000;
const NEARLY = 0.9;

/** How many jobs the organization has and may have, and how long they are kept. */
export function useJobUsage() {
  const trpc = useTRPC();
  const { organization } = useSession();
  return useQuery(trpc.dashboard.getUsage.queryOptions({}, { enabled: organization !== null, refetchInterval: REFRESH_MS }));
}

/** The limits of the organization in one line; a warning where little is left. */
export function JobLimits() {
  const { data } = useJobUsage();
  if (!data) return <p className={styles.caption} />;
  const { open, kept, retention } = data;
  const tight = open.used >= open.limit * NEARLY;
  return (
    <p className={styles.caption} data-tight={tight || undefined}>
      {tight ? <Icon name="warning" label="Nearly at the limit" /> : null}
      <span title="At the limit no import or index is started">{`${count(open.used)} of ${count(open.limit)} open`}</span>
      <span title="Beyond the limit the oldest are forgotten">{`${count(kept.used)} of ${count(kept.limit)} kept`}</span>
      <span title="How long jobs can be found: those that ended well, and those that failed or were cancelled">{`for ${plural(retention.completedDays, "day", "days")}, failed ${count(retention.failedDays)}`}</span>
    </p>
  );
}
