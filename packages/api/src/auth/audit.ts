import type { AuditedCall, AuditFacts } from "@coder/shared/trpc";
import { z } from "zod";
import { SignInEmailSchema, StartedSessionSchema } from "./schemas.ts";

type Call = Pick<AuditedCall, "input" | "output">;

const StartedSchema = StartedSessionSchema.pick({ sessionId: true, userId: true, organizationId: true });

/** Who signed in, or with which address somebody tried to. A password typed into the wrong field is no address and is left out. */
export function describeSignIn({ input, output }: Call): AuditFacts {
  const started = StartedSchema.safeParse(output).data;
  if (started) {
    const { sessionId, userId, organizationId } = started;
    return { target: { type: "session", id: sessionId }, actorUserId: userId, organizationId };
  }
  const email = z.object({ email: SignInEmailSchema }).safeParse(input).data?.email;
  return email === undefined ? {} : { target: { type: "email", id: email.slice(0, 200) } };
}

/** Which session ended: the one that asked. */
export function describeSignOut({ caller }: Pick<AuditedCall, "caller">): AuditFacts {
  return caller.kind === "user" ? { target: { type: "session", id: caller.sessionId } } : {};
}

/** Into which organization somebody went: the entry is that organization's. */
export function describeSwitch({ output }: Call): AuditFacts {
  const organizationId = z.object({ organizationId: z.uuid() }).safeParse(output).data?.organizationId;
  return organizationId === undefined ? {} : { organizationId, target: { type: "organization", id: organizationId } };
}

/** Whose password was reset; the new one is never part of it. */
export function describeReset({ input, output }: Call): AuditFacts {
  const done = z.object({ userId: z.uuid(), revoked: z.number() }).safeParse(output).data;
  if (done) return { target: { type: "user", id: done.userId }, details: { revoked: done.revoked } };
  return describeSignIn({ input, output: null });
}
