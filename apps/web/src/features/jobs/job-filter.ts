import type { Job, JobFilter, JobRef, JobSort, Queue } from "@coder/api/dashboard";
import { JOB_STATES, JobStateSchema } from "@coder/api/dashboard";
import type { Member } from "@coder/api/user-management";
import { startOfDay } from "#lib/time.ts";
import { type Filter, type FilterKey, valuesOf } from "#ui/table/filter.ts";
import { STATES } from "./words.ts";

type Person = Pick<Member, "userId" | "name" | "email">;

/** Nobody is called so: a term that names nobody finds nothing. */
const NOBODY = "-";

/** What a `kind:` term may say, and what it means to the server. */
export const KINDS = { job: "What somebody or the product started", delivery: "The delivery of an event to a part of the product", all: "Both" } as const;

/** Deliveries of events stand between what people started by the hundred: they are listed when they are asked for, by kind or by a name of theirs. */
function kindsOf(filter: Filter): JobFilter["kinds"] {
  const asked = valuesOf(filter, "kind");
  if (asked.includes("all") || (asked.includes("job") && asked.includes("delivery"))) return undefined;
  if (asked.length > 0) return [...(asked.includes("job") ? ["jobs" as const] : []), ...(asked.includes("delivery") ? ["events" as const] : [])];
  return ["queue", "name", "cause"].some((key) => valuesOf(filter, key).length > 0) ? undefined : ["jobs"];
}

/** What the filter of jobs understands. */
export function jobFilterKeys(people: readonly Person[], queues: readonly Pick<Queue, "queue" | "title">[]): readonly FilterKey[] {
  return [
    { key: "state", description: "How it stands", values: JOB_STATES.map((value) => ({ value, description: STATES[value].help })) },
    { key: "queue", description: "What kind of job it is", open: true, values: queues.map(({ queue, title }) => ({ value: queue, description: title })) },
    { key: "kind", description: "Jobs, unless deliveries of events are asked for", values: Object.entries(KINDS).map(([value, description]) => ({ value, description })) },
    { key: "user", description: "Who started it", open: true, values: [{ value: "me", description: "You" }, ...people.map(({ email, name }) => ({ value: email, description: name }))] },
    { key: "name", description: "Start of the name of the job or event", open: true },
    { key: "about", description: "Id of what it is about: a project, for example", open: true },
    { key: "cause", description: "Fingerprint of its failure: jobs that failed for the same reason", open: true },
    { key: "from", description: "Enqueued not before a day: 2026-11-23" },
    { key: "until", description: "Enqueued not after a day: 2026-11-23" },
  ];
}

/** The question to the server that a filter means. */
export function questionOf(filter: Filter, people: readonly Person[], me: string, timeZone: string | undefined): JobFilter {
  const states = valuesOf(filter, "state").flatMap((value) => JobStateSchema.safeParse(value).data ?? []);
  const asked = valuesOf(filter, "state").length > 0;
  const queues = valuesOf(filter, "queue");
  const users = valuesOf(filter, "user").map((value) => (value === "me" ? me : (people.find(({ email }) => email === value)?.userId ?? value)));
  const [name, about, cause] = [valuesOf(filter, "name")[0], valuesOf(filter, "about")[0], valuesOf(filter, "cause")[0]];
  const from = startOfDay(valuesOf(filter, "from")[0] ?? "", timeZone);
  const until = startOfDay(valuesOf(filter, "until")[0] ?? "", timeZone, 1);
  const kinds = kindsOf(filter);
  const text = filter.text.replaceAll('"', "").trim();
  return {
    ...(asked ? { states } : {}),
    ...(queues.length > 0 ? { queues } : {}),
    ...(kinds === undefined ? {} : { kinds }),
    ...(users.length > 0 ? { startedBy: users.map((user) => user || NOBODY) } : {}),
    ...(name === undefined ? {} : { name }),
    ...(about === undefined ? {} : { subject: about }),
    ...(cause === undefined ? {} : { cause }),
    ...(text === "" ? {} : { text }),
    ...(from === null ? {} : { from }),
    ...(until === null ? {} : { until }),
  };
}

/** Whether the server would list the job: the same rule as its own, for what it tells live. */
export function matchesJob(job: Job, { states, queues, kinds, startedBy, name, subject, cause, text, from, until }: JobFilter): boolean {
  const starter = "userId" in job.startedBy ? job.startedBy.userId : job.startedBy.component;
  return (
    (states === undefined || states.includes(job.state)) &&
    (queues === undefined || queues.includes(job.queue)) &&
    (kinds === undefined || kinds.includes(job.kind)) &&
    (startedBy === undefined || startedBy.some((id) => id.toLowerCase() === starter)) &&
    (name === undefined || job.name.startsWith(name)) &&
    (subject === undefined || job.subject?.id === subject) &&
    (cause === undefined || job.error?.fingerprint === cause) &&
    (text === undefined || text.toLowerCase().split(/\s+/).every((word) => wordsOf(job).includes(word))) &&
    (from === undefined || job.enqueuedAt >= from) &&
    (until === undefined || job.enqueuedAt < until)
  );
}

function wordsOf(job: Job): string {
  const component = "component" in job.startedBy ? job.startedBy.component : "";
  return [job.title, job.name, job.queue, job.id, job.subject?.id, component, job.error?.message].filter(Boolean).join(" ").toLowerCase();
}

export interface JobOrder {
  readonly sort: JobSort;
  readonly direction: "asc" | "desc";
}

/** The order in which the server lists. */
export function compareJobs(left: Job, right: Job, { sort, direction }: JobOrder): number {
  const sign = direction === "asc" ? 1 : -1;
  const [a, b] = sort === "tookMs" ? [left.tookMs ?? 0, right.tookMs ?? 0] : [left[sort], right[sort]];
  if (a !== b) return a < b ? -sign : sign;
  return jobKey(left) < jobKey(right) ? -sign : sign;
}

/** Names a job in this page and its URL. */
export const jobKey = ({ queue, id }: JobRef): string => `${queue}/${id}`;

/** A queue's name has no slash; an id may hold anything. */
export function refOf(key: string): JobRef | null {
  const at = key.indexOf("/");
  return at > 0 && at < key.length - 1 ? { queue: key.slice(0, at), id: key.slice(at + 1) } : null;
}
