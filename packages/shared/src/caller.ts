import { z } from "zod";
import { AppError } from "./app-error.ts";
import { OrganizationIdSchema, SessionIdSchema, UserIdSchema, type OrganizationId, type UserId } from "./ids.ts";

/**
 * Who is asking. Always an explicit argument, never ambient: batching clients and lazy queries
 * otherwise run under somebody else's identity. Carries ids only; permissions are looked up where they are needed.
 *
 * - `anonymous`: nobody has signed in.
 * - `user`: a signed-in person, acting in one organization (null before one is chosen).
 * - `system`: the product itself (relay, schedules, start-up); `component` names the part, `organizationId` the tenant it works for.
 */
export const CallerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("anonymous") }),
  z.object({
    kind: z.literal("user"),
    userId: UserIdSchema,
    organizationId: OrganizationIdSchema.nullable(),
    sessionId: SessionIdSchema,
  }),
  z.object({
    kind: z.literal("system"),
    component: z.string().min(1).max(100),
    organizationId: OrganizationIdSchema.nullable(),
  }),
]);
export type Caller = z.infer<typeof CallerSchema>;
export type UserCaller = Extract<Caller, { kind: "user" }>;
export type SystemCaller = Extract<Caller, { kind: "system" }>;

export const ANONYMOUS: Caller = { kind: "anonymous" };

/** A caller for work nobody asked for in person. `component` ends up in logs and audit, for example `logging.retention`. */
export function systemCaller(component: string, organizationId: SystemCaller["organizationId"] = null): SystemCaller {
  return { kind: "system", component, organizationId };
}

/** The person who asks, where only a person can. */
export function personOf(caller: Caller): UserCaller {
  if (caller.kind === "user") return caller;
  throw new AppError("forbidden", "person_needed", "Only a signed-in person can do this.", { remedy: "Sign in and try again." });
}

/** The organization the caller acts in, where it takes one. */
export function organizationOf(caller: Caller): OrganizationId {
  const organizationId = caller.kind === "anonymous" ? null : caller.organizationId;
  if (organizationId) return organizationId;
  throw new AppError("invalid", "no_organization", "This needs an organization to act in.", { remedy: "Choose one of your organizations." });
}

/** Who did it, for rows and events. Null: the product itself. */
export function actorOf(caller: Caller): UserId | null {
  return caller.kind === "user" ? caller.userId : null;
}
