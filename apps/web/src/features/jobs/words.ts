import type { Job, JobAction, JobState } from "@coder/api/dashboard";
import { count, duration, plural, relativeTime } from "#lib/time.ts";
import type { Tone } from "#ui/badge.tsx";
import type { IconName } from "#ui/icon.tsx";

export const STATES: Readonly<Record<JobState, { readonly text: string; readonly icon: IconName; readonly tone: Tone; readonly help: string }>> = {
  running: { text: "Running", icon: "sync", tone: "info", help: "A worker is at it" },
  waiting: { text: "Waiting", icon: "watch", tone: "neutral", help: "Ready for a worker" },
  delayed: { text: "Delayed", icon: "history", tone: "neutral", help: "For its time, or its next attempt" },
  failed: { text: "Failed", icon: "error", tone: "error", help: "All its attempts are spent" },
  cancelled: { text: "Cancelled", icon: "circle-slash", tone: "idle", help: "Somebody stopped it" },
  completed: { text: "Completed", icon: "pass", tone: "success", help: "It ended well" },
};

/** In the order in which people ask for them. */
export const STATE_ORDER: readonly JobState[] = ["running", "waiting", "delayed", "failed", "cancelled", "completed"];

export const ACTIONS: Readonly<Record<JobAction, { readonly verb: string; readonly icon: IconName; readonly done: string }>> = {
  cancel: { verb: "Cancel", icon: "stop-circle", done: "cancelled" },
  retry: { verb: "Retry", icon: "refresh", done: "retried" },
  remove: { verb: "Remove", icon: "trash", done: "removed" },
};

export function shareOf({ progress }: Pick<Job, "progress">): number | null {
  return progress && progress.total > 0 ? Math.min(1, Math.max(0, progress.done / progress.total)) : null;
}

/** Who started it, as far as a name is known. */
export function starterName({ startedBy }: Pick<Job, "startedBy">, names: ReadonlyMap<string, string>): string {
  if ("userId" in startedBy) return names.get(startedBy.userId) ?? startedBy.userId;
  return startedBy.component;
}

/** What there is to say of a job in one line: what it waits for, how far it is, why it failed. */
export function newsOf(job: Job, now: number): string {
  switch (job.state) {
    case "running":
      return job.progress && job.progress.total > 0 ? `${count(job.progress.done)} of ${count(job.progress.total)}` : "";
    case "delayed":
      return job.dueAt !== null && Date.parse(job.dueAt) > now ? `Due ${relativeTime(job.dueAt, now)}` : job.attempt > 0 ? "Waits for its next attempt" : "";
    case "failed":
      return job.error?.message ?? "";
    default:
      return "";
  }
}

/** `2 of 3`. */
export function attemptsText({ attempt, attempts }: Pick<Job, "attempt" | "attempts">): string {
  return attempts === null ? count(attempt) : `${attempt} of ${attempts}`;
}

/** How long it took, or has been at it. */
export function tookText({ state, startedAt, tookMs }: Pick<Job, "state" | "startedAt" | "tookMs">, now: number): string {
  if (tookMs !== null) return duration(tookMs);
  if (state !== "running" || startedAt === null) return "";
  const elapsed = Math.max(0, now - Date.parse(startedAt));
  // Whole seconds: what is counted up once a second has no tenths.
  return elapsed < 60_000 ? `${Math.floor(elapsed / 1_000)} s` : duration(elapsed);
}

/** `50 s`, `90 min`: one number, for a scale. */
export function shortDuration(ms: number): string {
  const [unit, length] = ([["h", 3_600_000], ["min", 60_000], ["s", 1_000]] as const).find(([, long]) => ms >= long * 2) ?? (ms >= 1_000 ? ["s", 1_000] as const : ["ms", 1] as const);
  return `${Number((ms / length).toFixed(1))} ${unit}`;
}

export const jobsText = (value: number): string => plural(value, "job", "jobs");
