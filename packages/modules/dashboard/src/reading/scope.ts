import type { JobFilter, JobScope } from "@coder/api/dashboard";
import type { Filter, IDatabase, IRepository } from "@coder/db";
import { organizationOf, personOf, type Caller } from "@coder/shared";
import type { JobStatus } from "@coder/shared/server";
import { jobEntity, type JobRow } from "../entities.ts";

/** The rows of a scope, and what every question to them must say besides. */
export interface JobsInScope {
  readonly rows: IRepository<JobRow>;
  readonly where: Filter<JobRow>;
}

export function jobsInScope(database: IDatabase, caller: Caller, scope: JobScope): JobsInScope {
  const nobodys = () => database.system("jobs").repository(jobEntity);
  switch (scope) {
    case "system":
      return { rows: nobodys(), where: { organizationId: null } };
    case "organization":
      return { rows: database.for(caller).repository(jobEntity), where: { organizationId: organizationOf(caller) } };
    case "own": {
      const { userId, organizationId } = personOf(caller);
      // Events that somebody caused are no jobs that they started.
      const where = { organizationId, startedBy: userId.toLowerCase(), kind: "jobs" } as const;
      return { rows: organizationId === null ? nobodys() : database.for(caller).repository(jobEntity), where };
    }
  }
}

/** Whether a job, as its queue tells of it, is of the scope. The same rule as {@link jobsInScope}. */
export function isInScope(caller: Caller, scope: JobScope, { caller: starter, kind }: Pick<JobStatus, "caller" | "kind">): boolean {
  const organizationId = starter.kind === "anonymous" ? null : starter.organizationId;
  return belongsTo(caller, scope, { kind, organizationId, userId: starter.kind === "user" ? starter.userId : null });
}

/** What of a job decides who may see it. */
export interface Belonging {
  readonly kind: JobStatus["kind"];
  readonly organizationId: string | null;
  /** The person who started it. */
  readonly userId: string | null;
}

export function belongsTo(caller: Caller, scope: JobScope, { kind, organizationId, userId }: Belonging): boolean {
  switch (scope) {
    case "system":
      return organizationId === null;
    case "organization":
      return organizationId !== null && same(organizationId, organizationOf(caller));
    case "own": {
      const person = personOf(caller);
      return kind === "jobs" && userId !== null && same(userId, person.userId) && same(organizationId, person.organizationId);
    }
  }
}

/** Whose rows a repository of the caller is bound to. */
export function callerOrganization(caller: Caller): string | null {
  return caller.kind === "anonymous" ? null : caller.organizationId;
}

const same = (one: string | null, other: string | null): boolean => one?.toLowerCase() === other?.toLowerCase();

/** Adds what somebody asks for to what they may see. */
export function narrowed({ where }: JobsInScope, filter: JobFilter): Filter<JobRow> {
  const { states, queues, kinds, name, startedBy, subject, cause, text, from, until } = filter;
  return {
    ...where,
    ...(states === undefined ? {} : { state: { in: states } }),
    ...(queues === undefined ? {} : { queue: { in: queues } }),
    // Of jobs that are one's own the kind is given.
    ...(kinds === undefined ? {} : { kind: { in: typeof where.kind === "string" ? kinds.filter((kind) => kind === where.kind) : kinds } }),
    ...(name === undefined ? {} : { name: { prefix: name } }),
    ...(startedBy === undefined ? {} : { startedBy: { in: among(where.startedBy, startedBy.map((id) => id.toLowerCase())) } }),
    ...(subject === undefined ? {} : { subjectId: subject }),
    ...(cause === undefined ? {} : { fingerprint: cause }),
    ...(text === undefined ? {} : { searchText: { contains: text.toLowerCase().split(/\s+/) } }),
    ...(from === undefined && until === undefined ? {} : { enqueuedAt: { ...(from === undefined ? {} : { gte: from }), ...(until === undefined ? {} : { lt: until }) } }),
  };
}

function among(bound: JobsInScope["where"]["startedBy"], wanted: readonly string[]): readonly string[] {
  return typeof bound === "string" ? wanted.filter((id) => id === bound) : wanted;
}
