import { InvitationIdSchema, MembershipStatusSchema, PreferencesSchema, RoleSchema, UserSchema } from "@coder/api/user-management";
import { defineEntity, type RowOf, type Stored } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** A person. In no tenant, because one account can belong to several organizations and is looked up before any is known. */
export const userEntity = defineEntity({
  table: "user_users",
  noun: "user",
  model: "UserUser",
  schema: UserSchema.omit({ version: true }).extend({
    /** The address as it is compared: no two accounts differ by case alone. */
    emailKey: z.string(),
    /** Chosen before the organization is made, so that a repeated enrolment makes the same one. */
    homeOrganizationId: OrganizationIdSchema.nullable(),
  }),
  tenancy: "system",
  unique: [["emailKey"]],
  indexes: [["createdAt"]],
});
export type UserRow = Stored<RowOf<typeof userEntity>>;

export const StandingSchema = z.object({ role: RoleSchema, status: MembershipStatusSchema });
/** How somebody stands in an organization. */
export type Standing = z.infer<typeof StandingSchema>;

/** A change of a membership that is under way. Whoever meets it carries it to its end: see `MembershipWriter`. */
export const NotedChangeSchema = z.object({
  membershipId: z.uuid(),
  userId: UserIdSchema,
  /** The version of the membership that the change was decided on, and the only one it may be written over. */
  etag: z.string(),
  before: StandingSchema,
  after: StandingSchema.nullable(),
  changedBy: UserIdSchema.nullable(),
});
export type NotedChange = z.infer<typeof NotedChangeSchema>;

/** Its own tenant: `organizationId` is its id. */
export const organizationEntity = defineEntity({
  table: "user_organizations",
  noun: "organization",
  model: "UserOrganization",
  schema: z.object({
    id: OrganizationIdSchema,
    organizationId: OrganizationIdSchema,
    name: z.string(),
    /** Active owners, less one for a loss that is under way. Here, so that one write decides who is the last. */
    ownerCount: z.number().int(),
    notedChange: NotedChangeSchema.nullable(),
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
});
export type OrganizationRow = Stored<RowOf<typeof organizationEntity>>;

export const membershipEntity = defineEntity({
  table: "user_memberships",
  noun: "member",
  model: "UserMembership",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    userId: UserIdSchema,
    role: RoleSchema,
    status: MembershipStatusSchema,
    joinedAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  unique: [["userId"]],
  indexes: [["userId"], ["organizationId", "joinedAt"], ["organizationId", "role"]],
});
export type MembershipRow = Stored<RowOf<typeof membershipEntity>>;

export const invitationEntity = defineEntity({
  table: "user_invitations",
  noun: "invitation",
  model: "UserInvitation",
  schema: z.object({
    id: InvitationIdSchema,
    organizationId: OrganizationIdSchema,
    role: RoleSchema,
    email: z.string().nullable(),
    /** SHA-256 of the token (hex): a copy of the table opens no door. */
    tokenHash: z.string(),
    /** `claimed`: taken by `acceptedBy`, who is not a member yet. */
    status: z.enum(["pending", "claimed", "accepted", "revoked"]),
    createdBy: UserIdSchema.nullable(),
    createdAt: IsoTimeSchema,
    expiresAt: IsoTimeSchema,
    acceptedBy: UserIdSchema.nullable(),
  }),
  tenancy: "organization",
  unique: [["tokenHash"]],
  indexes: [["tokenHash"], ["organizationId", "createdAt"], ["organizationId", "status"]],
});
export type InvitationRow = Stored<RowOf<typeof invitationEntity>>;

export const INSTALLATION_ID = "00000000-0000-7000-8000-000000000001";

/** One row at most: inserting it decides whose the installation is. */
export const installationEntity = defineEntity({
  table: "user_installation",
  model: "UserInstallation",
  schema: z.object({
    id: z.literal(INSTALLATION_ID),
    /** `claiming`: the first account is being made. */
    state: z.enum(["claiming", "claimed"]),
    administratorIds: z.array(UserIdSchema),
    organizationId: OrganizationIdSchema,
    claimedAt: IsoTimeSchema,
  }),
  tenancy: "system",
});
export type InstallationRow = Stored<RowOf<typeof installationEntity>>;

/** One row per person, with their id. */
export const preferencesEntity = defineEntity({
  table: "user_preferences",
  model: "UserPreferences",
  schema: PreferencesSchema.extend({ id: UserIdSchema, userId: UserIdSchema, updatedAt: IsoTimeSchema }),
  tenancy: "user",
});
