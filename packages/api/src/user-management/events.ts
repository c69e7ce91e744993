import { defineEvent, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { InvitationIdSchema, MembershipStatusSchema, RoleSchema } from "./schemas.ts";

// Ids and roles only: whoever needs a name asks for it, and sees the present one.

/** Null: the product itself did it. */
const ActorSchema = UserIdSchema.nullable();

export const profileUpdatedEvent = defineEvent("user.profile.updated", z.object({ userId: UserIdSchema, fields: z.array(z.string()) }));

export const organizationCreatedEvent = defineEvent("user.organization.created", z.object({ organizationId: OrganizationIdSchema, ownerId: UserIdSchema }));
export const organizationRenamedEvent = defineEvent("user.organization.renamed", z.object({ organizationId: OrganizationIdSchema, changedBy: ActorSchema }));

const StandingSchema = z.object({ role: RoleSchema, status: MembershipStatusSchema });
/** Somebody joined (`before` null), left or was removed (`after` null), or stands differently. */
export const membershipChangedEvent = defineEvent(
  "user.membership.changed",
  z.object({
    organizationId: OrganizationIdSchema,
    userId: UserIdSchema,
    before: StandingSchema.nullable(),
    after: StandingSchema.nullable(),
    changedBy: ActorSchema,
  }),
);

const invitationFields = { organizationId: OrganizationIdSchema, invitationId: InvitationIdSchema, role: RoleSchema } as const;
export const invitationCreatedEvent = defineEvent("user.invitation.created", z.object({ ...invitationFields, createdBy: ActorSchema }));
export const invitationAcceptedEvent = defineEvent("user.invitation.accepted", z.object({ ...invitationFields, acceptedBy: UserIdSchema }));
export const invitationRevokedEvent = defineEvent("user.invitation.revoked", z.object({ ...invitationFields, revokedBy: ActorSchema }));
