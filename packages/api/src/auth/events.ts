import { defineEvent, OrganizationIdSchema, SessionIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** Somebody signed in. */
export const sessionCreatedEvent = defineEvent(
  "auth.session.created",
  z.object({ sessionId: SessionIdSchema, userId: UserIdSchema, organizationId: OrganizationIdSchema.nullable() }),
);

/** Why a session ended before its time. */
export const REVOCATION_REASONS = ["signed_out", "revoked", "replaced", "password_changed", "password_reset", "administrator"] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** A session was ended before its time. Sessions that run out say nothing. */
export const sessionRevokedEvent = defineEvent(
  "auth.session.revoked",
  z.object({ sessionId: SessionIdSchema, userId: UserIdSchema, reason: z.enum(REVOCATION_REASONS) }),
);

/** An account is complete: it has a password and the person was admitted. */
export const userRegisteredEvent = defineEvent("user.account.registered", z.object({ userId: UserIdSchema }));

/** Too many wrong passwords for one account. It opens again by itself at `lockedUntil`. */
export const accountLockedEvent = defineEvent(
  "auth.account.locked",
  z.object({ userId: UserIdSchema, failures: z.number().int(), lockedUntil: z.iso.datetime() }),
);

/** The person or whoever runs the installation set another password. The other sessions have ended. */
export const passwordChangedEvent = defineEvent("user.password.changed", z.object({ userId: UserIdSchema, by: z.enum(["person", "administrator"]) }));
