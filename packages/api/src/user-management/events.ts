import { defineEvent, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { InvitationIdSchema, MembershipStatusSchema, RoleSchema } from "./schemas.ts";

// Ids and roles only: whoever needs a name asks for it, and sees the present one.

/** Null: the product itself did it. */
const ActorSchema = UserIdSchema.nullable();

/** Somebody changed their name or picture; `fields` says which. */
export const profileUpdatedEvent = defineEvent("user.profile.updated", z.object({ userId: UserIdSchema, fields: z.array(z.string()) }));

/** An organization was made for its first owner. */
export const organizationCreatedEvent = defineEvent("user.organization.created", z.object({ organizationId: OrganizationIdSchema, ownerId: UserIdSchema }));
/** An organization has another name. */
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
/** An invitation was made. Its token is in no event. */
export const invitationCreatedEvent = defineEvent("user.invitation.created", z.object({ ...invitationFields, createdBy: ActorSchema }));
/** Somebody joined by an invitation, which is used up with it. */
export const invitationAcceptedEvent = defineEvent("user.invitation.accepted", z.object({ ...invitationFields, acceptedBy: UserIdSchema }));
/** An invitation was taken back, by a person or because its maker may no longer give it. */
export const invitationRevokedEvent = defineEvent("user.invitation.revoked", z.object({ ...invitationFields, revokedBy: ActorSchema }));
