"use client";

import type { History, Queues } from "@coder/api/dashboard";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { keysOf } from "#lib/keys-of.ts";
import { count, duration, plural } from "#lib/time.ts";
import { readLocal, writeLocal } from "#lib/storage.ts";
import { useTimeZone } from "#lib/time-zone.ts";
import { useSecond } from "#lib/use-now.ts";
import { Select } from "#ui/field.tsx";
import { IconButton } from "#ui/button.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { Chart } from "./chart.tsx";
import { JobLimits } from "./job-limits.tsx";
import type { JobsApi } from "./jobs-api.ts";
import styles from "./overview.module.css";
import { jobsText, shortDuration } from "./words.ts";

const SPANS = { hour: { label: "Last hour", ms: 3_600_000 }, six: { label: "Last 6 hours", ms: 6 * 3_600_000 }, day: { label: "Last 24 hours", ms: 24 * 3_600_000 }, week: { label: "Last 7 days", ms: 7 * 24 * 3_600_000 }, month: { label: "Last 30 days", ms: 30 * 24 * 3_600_000 } } as const;
type Span = keyof typeof SPANS;
const spanOf = (value: unknown): Span => keysOf(SPANS).find((name) => name === value) ?? "hour";

interface OverviewProps {
  readonly api: JobsApi;
  readonly queues: Queues | undefined;
  /** Shows the jobs in that state, or the paused queues. */
  readonly onShow: (what: "running" | "waiting" | "delayed" | "failed" | "paused") => void;
}

/** How the queues are, and what became of jobs lately. */
export function Overview({ api, queues, onShow }: OverviewProps) {
  const now = useSecond();
  const [open, setOpen] = useState<boolean | null>(null);
  useEffect(() => {
    const kept = readLocal("jobs:charts");
    // On a phone the list comes first.
    setOpen(typeof kept === "boolean" ? kept : window.innerWidth > 700);
  }, []);
  const toggle = () => {
    writeLocal("jobs:charts", !open);
    setOpen(!open);
  };
  const sum = (state: "running" | "waiting" | "delayed" | "failed") => queues?.items.reduce((total, { counts }) => total + counts[state], 0);
  const oldest = queues?.items.flatMap(({ oldestWaitingAt }) => oldestWaitingAt ?? []).sort()[0];
  const waitedMs = oldest === undefined ? 0 : Math.max(0, now - Date.parse(oldest));
  const paused = queues?.items.filter((queue) => queue.paused).length ?? 0;
  return (
    <section className={styles.overview} aria-label="Overview">
      <div className={styles.now}>
        <div className={styles.figures}>
        <Figure icon="sync" name="Running" value={sum("running")} onClick={() => onShow("running")} />
        <Figure icon="watch" name="Waiting" value={sum("waiting")} note={waitedMs > 5_000 ? `oldest ${duration(waitedMs)}` : undefined} tone={waitedMs > LATE_MS ? "warning" : undefined} onClick={() => onShow("waiting")} />
        <Figure icon="history" name="Delayed" value={sum("delayed")} onClick={() => onShow("delayed")} />
        <Figure icon="error" name="Failed" value={sum("failed")} tone={(sum("failed") ?? 0) > 0 ? "error" : undefined} onClick={() => onShow("failed")} />
        {paused > 0 ? <Figure icon="debug-pause" name={paused === 1 ? "Queue paused" : "Queues paused"} value={paused} tone="warning" onClick={() => onShow("paused")} /> : null}
        {api.history === null ? null : (
          <span className={styles.toggle}>
            <IconButton icon={open ? "chevron-up" : "graph"} label={open ? "Hide the charts" : "Show the charts"} aria-expanded={open === true} onClick={toggle} />
          </span>
        )}
        </div>
        {api.scope === "system" ? <p className={styles.caption}>Of the whole installation, all organizations together</p> : <JobLimits />}
      </div>
      {api.history !== null && open ? <Charts api={api} /> : null}
    </section>
  );
}

/** Somebody should look why nothing takes them. */
const LATE_MS = 60_000;

interface FigureProps {
  readonly icon: IconName;
  readonly name: string;
  readonly value: number | undefined;
  readonly note?: string | undefined;
  readonly tone?: "warning" | "error" | undefined;
  readonly onClick: () => void;
}

function Figure({ icon, name, value, note, tone, onClick }: FigureProps) {
  return (
    <button type="button" className={styles.figure} data-tone={tone} onClick={onClick}>
      <span className={styles.figureName}>
        <Icon name={icon} />
        {name}
      </span>
      <span className={styles.figureValue}>{value === undefined ? <Skeleton width={28} /> : count(value)}</span>
      <span className={styles.figureNote}>{note}</span>
    </button>
  );
}

function Charts({ api }: { readonly api: JobsApi }) {
  const [span, setSpan] = useState<Span>("hour");
  useEffect(() => setSpan(spanOf(readLocal("jobs:span"))), []);
  const { history } = api;
  const query = useQuery({
    queryKey: ["jobs", api.scope, "history", span],
    queryFn: ({ signal }) => {
      const until = Date.now();
      return history ? history.query({ from: new Date(until - SPANS[span].ms).toISOString(), until: new Date(until).toISOString() }, { signal }) : EMPTY;
    },
    refetchInterval: span === "hour" ? 10_000 : 60_000,
    placeholderData: (before) => before,
  });
  return (
    <div className={styles.charts}>
      {query.data ? <HistoryCharts history={query.data} /> : <div className={styles.bones}>{query.error ? "The figures could not be read. They come back by themselves." : null}</div>}
      <div className={styles.span}>
        <Select
          aria-label="Time of the charts"
          value={span}
          options={Object.entries(SPANS).map(([value, { label }]) => ({ value, label }))}
          onChange={(event) => {
            const next = spanOf(event.target.value);
            writeLocal("jobs:span", next);
            setSpan(next);
          }}
        />
      </div>
    </div>
  );
}

const EMPTY: History = { grain: "minute", buckets: [] };

function HistoryCharts({ history: { grain, buckets } }: { readonly history: History }) {
  const zone = useTimeZone();
  const times = useMemo(() => buckets.map(({ at }) => Date.parse(at) / 1000), [buckets]);
  const [completed, failed] = [buckets.map((bucket) => bucket.completed), buckets.map((bucket) => bucket.failed)];
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const long = buckets.length > 48 && grain === "hour";
  const clock = useMemo(() => new Intl.DateTimeFormat("en-GB", { ...(long ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" }), ...(zone === undefined ? {} : { timeZone: zone }) }), [long, zone]);
  const formatTime = (seconds: number) => clock.format(new Date(seconds * 1000));
  const slowest = Math.max(0, ...buckets.map(({ waitedP95 }) => waitedP95 ?? 0));
  return (
    <>
      <Chart
        title={grain === "minute" ? "Ended per minute" : "Ended per hour"}
        summary={`${plural(total(completed), "job", "jobs")} completed, ${jobsText(total(failed))} failed`}
        times={times}
        series={[
          { label: "failed", color: "bad", kind: "bars", values: failed },
          { label: "completed", color: "good", kind: "bars", values: completed },
        ]}
        format={count}
        formatTick={(value) => (Number.isInteger(value) ? count(value) : "")}
        formatTime={formatTime}
      />
      <Chart
        title="Waiting time"
        summary={slowest === 0 ? "no job waited for a worker" : `95 % within ${duration(slowest)} at the slowest`}
        times={times}
        series={[
          { label: "half within", color: "good", kind: "line", values: buckets.map(({ waitedP50 }) => waitedP50) },
          { label: "95 % within", color: "second", kind: "dashes", values: buckets.map(({ waitedP95 }) => waitedP95) },
        ]}
        format={duration}
        formatTick={shortDuration}
        formatTime={formatTime}
      />
    </>
  );
}
