import type { Tone } from "#ui/badge.tsx";
import type { IconName } from "#ui/icon.tsx";
import type { FullJob } from "./jobs-api.ts";
import { STATES } from "./words.ts";

export interface Moment {
  readonly what: string;
  readonly at: string;
  /** Since the moment before. */
  readonly afterMs: number | null;
  readonly icon: IconName;
  readonly tone: Tone;
  /** It is still to come. */
  readonly ahead: boolean;
}

/** What happened to a job, in order, and what is to come. */
export function timelineOf({ enqueuedAt, retriedAt, dueAt, startedAt, finishedAt, cancelled, state, attempt }: Pick<FullJob, "enqueuedAt" | "retriedAt" | "dueAt" | "startedAt" | "finishedAt" | "cancelled" | "state" | "attempt">, now: number): readonly Moment[] {
  const ended = state === "completed" || state === "failed" ? STATES[state] : null;
  const moments: (Omit<Moment, "afterMs" | "ahead"> | null)[] = [
    { what: "Enqueued", at: enqueuedAt, icon: "inbox", tone: "neutral" },
    retriedAt === null ? null : { what: "Retried", at: retriedAt, icon: "refresh", tone: "neutral" },
    dueAt === null ? null : { what: "Due", at: dueAt, icon: "history", tone: "neutral" },
    startedAt === null ? null : { what: attempt > 1 ? `Attempt ${attempt} started` : "Started", at: startedAt, icon: "play", tone: "info" },
    cancelled === null ? null : { what: "Cancelled", at: cancelled.at, icon: STATES.cancelled.icon, tone: STATES.cancelled.tone },
    finishedAt === null ? null : ended ? { what: ended.text, at: finishedAt, icon: ended.icon, tone: ended.tone } : { what: "Stopped", at: finishedAt, icon: "stop-circle", tone: "idle" },
  ];
  // Clocks of machines differ a little: it was enqueued first, whatever they say.
  const [first, ...later] = moments.filter((moment) => moment !== null);
  const happened = [...(first ? [first] : []), ...later.sort((left, right) => Date.parse(left.at) - Date.parse(right.at))];
  return happened.map((moment, place) => {
    const before = happened[place - 1];
    return { ...moment, afterMs: before ? Math.max(0, Date.parse(moment.at) - Date.parse(before.at)) : null, ahead: Date.parse(moment.at) > now };
  });
}
