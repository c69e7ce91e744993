import type { JobRow, HistoryRow } from "../entities.ts";
import { addWaits, stepOf } from "./waits.ts";

export const GRAIN_MS = { minute: 60_000, hour: 3_600_000 } as const;
export type Grain = keyof typeof GRAIN_MS;

/** What ended, as far as history is concerned. */
export type Ended = Pick<JobRow, "queue" | "organizationId" | "state" | "waitedMs">;

export function startOf(grain: Grain, time: string | number): string {
  const ms = typeof time === "string" ? Date.parse(time) : time;
  return new Date(ms - (ms % GRAIN_MS[grain])).toISOString();
}

/** The rows that jobs which ended in one minute add up to: for each of whose they are, by queue and over all queues. */
export function bucketsOf(at: string, ended: readonly Ended[]): readonly HistoryRow[] {
  const ofOwner = Map.groupBy(ended, ({ organizationId }) => organizationId);
  return [
    ...[...ofOwner].flatMap(([organizationId, jobs]) => byQueue(at, { scope: organizationId === null ? "system" : "organization", organizationId }, jobs)),
    ...byQueue(at, { scope: "all", organizationId: null }, ended),
  ];
}

type Owner = Pick<HistoryRow, "scope" | "organizationId">;

function byQueue(at: string, owner: Owner, ended: readonly Ended[]): readonly HistoryRow[] {
  const queues = Map.groupBy(ended, ({ queue }) => queue);
  return [["", ended] as const, ...queues].map(([queue, jobs]) => bucket("minute", at, owner, queue, jobs));
}

function bucket(grain: Grain, at: string, owner: Owner, queue: string, jobs: readonly Ended[]): HistoryRow {
  const count = (state: Ended["state"]) => jobs.filter((job) => job.state === state).length;
  const waits = addWaits(jobs.flatMap(({ waitedMs }) => (waitedMs === null ? [] : [{ [stepOf(waitedMs)]: 1 }])));
  return { id: idOf(grain, at, owner, queue), grain, at, ...owner, queue, completed: count("completed"), failed: count("failed"), cancelled: count("cancelled"), waits, weight: jobs.length };
}

/** The hour that minutes add up to, for each of whose they are. */
export function hoursOf(minutes: readonly HistoryRow[]): readonly HistoryRow[] {
  const groups = Map.groupBy(minutes, (row) => idOf("hour", startOf("hour", row.at), row, row.queue));
  return [...groups].flatMap(([id, rows]) => {
    const [first] = rows;
    if (!first) return [];
    const sum = (field: "completed" | "failed" | "cancelled" | "weight") => rows.reduce((total, row) => total + row[field], 0);
    const counts = { completed: sum("completed"), failed: sum("failed"), cancelled: sum("cancelled"), weight: sum("weight") };
    return [{ ...first, id, grain: "hour" as const, at: startOf("hour", first.at), ...counts, waits: addWaits(rows.map(({ waits }) => waits)) }];
  });
}

function idOf(grain: Grain, at: string, { scope, organizationId }: Owner, queue: string): string {
  return [grain, at, organizationId ?? scope, queue].join("|");
}
