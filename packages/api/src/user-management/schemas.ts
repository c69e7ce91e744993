import { EmailSchema, IsoTimeSchema, nameSchema, ORGANIZATION_ROLES, OrganizationIdSchema, pageInput, pageOf, SessionIdSchema, UserIdSchema, VersionSchema } from "@coder/shared";
import { z } from "zod";

export const PersonNameSchema = nameSchema(200);
export const OrganizationNameSchema = nameSchema(200);
/** A picture by address, or a small one inside the value. No other scheme: `javascript:` and its kin would run on a click. */
export const PictureSchema = z.union([
  z.url({ protocol: /^https$/ }).max(2_000),
  z.string().regex(/^data:image\/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+=*$/, "must be a PNG, JPEG, WebP or GIF data URL").max(65_536),
]);
export const RoleSchema = z.enum(ORGANIZATION_ROLES);
/** `suspended` keeps everything and may do nothing in the organization. */
export const MembershipStatusSchema = z.enum(["active", "suspended"]);
export type MembershipStatus = z.infer<typeof MembershipStatusSchema>;
export const InvitationIdSchema = z.uuid().brand<"InvitationId">();
export type InvitationId = z.infer<typeof InvitationIdSchema>;
/** 256 random bits in base64url. Known to whoever has the link; stored as a hash. */
export const InvitationTokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not an invitation token");
export const SetupCodeSchema = z.string().max(200);

/** What a mutation changed, by field: for the audit log, and for taking it back. Empty when nothing was different. */
export const ChangesSchema = z.record(z.string(), z.object({ from: z.union([z.string(), z.null()]), to: z.union([z.string(), z.null()]) }));
export type Changes = z.infer<typeof ChangesSchema>;

// ── Installation ────────────────────────────────────────────────────────────────────────────────────────────────────

export const SIGN_UP_MODES = ["invitation", "open"] as const;
export const SignUpModeSchema = z.enum(SIGN_UP_MODES);

export const InstallationSchema = z.object({
  /** False until somebody has created the first account. */
  claimed: z.boolean(),
  /** True while the first account needs the one-time code from the terminal. */
  setupCodeRequired: z.boolean(),
  signUp: SignUpModeSchema,
});
export type Installation = z.infer<typeof InstallationSchema>;

// ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A person as auth needs them. */
export const UserSchema = z.object({
  id: UserIdSchema,
  name: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  image: z.string().nullable(),
  createdAt: IsoTimeSchema,
  updatedAt: IsoTimeSchema,
  version: z.string(),
});
export type User = z.infer<typeof UserSchema>;

export const ProfileSchema = UserSchema.omit({ updatedAt: true }).extend({
  /** Runs this installation: sees its settings and health. */
  installationAdmin: z.boolean(),
  /** In the organization the session acts in; null without one or while suspended. */
  role: RoleSchema.nullable(),
  /** What this person may do right now, there. The interface hides the rest; every operation checks again. */
  permissions: z.array(z.string()),
});
export type Profile = z.infer<typeof ProfileSchema>;

export const UpdateProfileInputSchema = z.object({
  version: VersionSchema,
  name: PersonNameSchema.optional(),
  image: PictureSchema.nullable().optional(),
});
export type UpdateProfileInput = z.output<typeof UpdateProfileInputSchema>;
export const UpdatedProfileSchema = ProfileSchema.extend({ changes: ChangesSchema });
export type UpdatedProfile = z.infer<typeof UpdatedProfileSchema>;

export const THEMES = ["system", "dark", "light", "high-contrast-dark", "high-contrast-light"] as const;
const preferenceFields = {
  theme: z.enum(THEMES),
  /** BCP 47, for example `en` or `de-AT`; null follows the browser. */
  locale: z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "must be a language tag").max(35).nullable(),
  /** IANA name, for example `Europe/Vienna`; null follows the browser. */
  timeZone: z.string().regex(/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/, "must be a time zone name").max(64).nullable(),
} as const;
export const PreferencesSchema = z.object(preferenceFields);
export type Preferences = z.infer<typeof PreferencesSchema>;
export const UpdatePreferencesInputSchema = PreferencesSchema.partial();
export type UpdatePreferencesInput = z.output<typeof UpdatePreferencesInputSchema>;

// ── Organizations and members ───────────────────────────────────────────────────────────────────────────────────────

export const OrganizationSchema = z.object({
  id: OrganizationIdSchema,
  name: z.string(),
  createdAt: IsoTimeSchema,
  version: z.string(),
});
export type Organization = z.infer<typeof OrganizationSchema>;

/** An organization as people who run the installation see it: that it is there, and nothing of what it has. */
export const InstallationOrganizationSchema = OrganizationSchema.pick({ id: true, name: true, createdAt: true }).extend({ members: z.int() });
export type InstallationOrganization = z.infer<typeof InstallationOrganizationSchema>;
export const ListInstallationOrganizationsInputSchema = z.object({ ...pageInput });
export type ListInstallationOrganizationsInput = z.output<typeof ListInstallationOrganizationsInputSchema>;
/** Oldest first. */
export const InstallationOrganizationPageSchema = pageOf(InstallationOrganizationSchema);
export type InstallationOrganizationPage = z.infer<typeof InstallationOrganizationPageSchema>;

export const RenameOrganizationInputSchema = z.object({ version: VersionSchema, name: OrganizationNameSchema });
export type RenameOrganizationInput = z.output<typeof RenameOrganizationInputSchema>;
export const RenamedOrganizationSchema = OrganizationSchema.extend({ changes: ChangesSchema });
export type RenamedOrganization = z.infer<typeof RenamedOrganizationSchema>;

/** One of a person's organizations. */
export const OwnOrganizationSchema = z.object({
  organizationId: OrganizationIdSchema,
  name: z.string(),
  role: RoleSchema,
  status: MembershipStatusSchema,
  joinedAt: IsoTimeSchema,
});
export type OwnOrganization = z.infer<typeof OwnOrganizationSchema>;
export const OwnOrganizationsSchema = z.object({ items: z.array(OwnOrganizationSchema) });

export const MemberSchema = z.object({
  userId: UserIdSchema,
  name: z.string(),
  email: z.string(),
  image: z.string().nullable(),
  role: RoleSchema,
  status: MembershipStatusSchema,
  joinedAt: IsoTimeSchema,
  /** Null when unknown: never signed in since, or auth cannot be reached. */
  lastSeenAt: IsoTimeSchema.nullable(),
});
export type Member = z.infer<typeof MemberSchema>;

/** By the time of joining, oldest first. */
export const ListMembersInputSchema = z.object({ ...pageInput, role: RoleSchema.optional(), status: MembershipStatusSchema.optional() });
export type ListMembersInput = z.output<typeof ListMembersInputSchema>;
export const MemberPageSchema = pageOf(MemberSchema);
export type MemberPage = z.infer<typeof MemberPageSchema>;

export const MemberInputSchema = z.object({ userId: UserIdSchema });
export type MemberInput = z.output<typeof MemberInputSchema>;
export const ChangeMemberRoleInputSchema = MemberInputSchema.extend({ role: RoleSchema });
export type ChangeMemberRoleInput = z.output<typeof ChangeMemberRoleInputSchema>;

/** A membership after a change. */
export const ChangedMembershipSchema = z.object({
  organizationId: OrganizationIdSchema,
  userId: UserIdSchema,
  role: RoleSchema,
  status: MembershipStatusSchema,
  changes: ChangesSchema,
});
export type ChangedMembership = z.infer<typeof ChangedMembershipSchema>;

/** A membership that has ended. */
export const EndedMembershipSchema = z.object({ organizationId: OrganizationIdSchema, userId: UserIdSchema, role: RoleSchema });
export type EndedMembership = z.infer<typeof EndedMembershipSchema>;

// ── Invitations ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** `accepted` and `revoked` are final. An expired one stays `pending` in the store and is shown as `expired`. */
export const InvitationStatusSchema = z.enum(["pending", "accepted", "revoked", "expired"]);

export const InvitationSchema = z.object({
  id: InvitationIdSchema,
  role: RoleSchema,
  /** Only this address may accept; null: whoever has the link. */
  email: z.string().nullable(),
  status: InvitationStatusSchema,
  createdBy: UserIdSchema.nullable(),
  createdAt: IsoTimeSchema,
  expiresAt: IsoTimeSchema,
  acceptedBy: UserIdSchema.nullable(),
});
export type Invitation = z.infer<typeof InvitationSchema>;

/** Newest first. */
export const ListInvitationsInputSchema = z.object({ ...pageInput });
export type ListInvitationsInput = z.output<typeof ListInvitationsInputSchema>;
export const InvitationPageSchema = pageOf(InvitationSchema);
export type InvitationPage = z.infer<typeof InvitationPageSchema>;

export const CreateInvitationInputSchema = z.object({
  role: RoleSchema,
  email: EmailSchema.nullable().default(null).describe("Only this address may accept; null for whoever has the link"),
});
export type CreateInvitationInput = z.output<typeof CreateInvitationInputSchema>;
/** The token is shown this once; the page that accepts invitations takes it. */
export const CreatedInvitationSchema = InvitationSchema.extend({ token: z.string() });
export type CreatedInvitation = z.infer<typeof CreatedInvitationSchema>;

export const InvitationInputSchema = z.object({ id: InvitationIdSchema });
export type InvitationInput = z.output<typeof InvitationInputSchema>;

export const InvitationByTokenInputSchema = z.object({ token: InvitationTokenSchema });
export type InvitationByTokenInput = z.output<typeof InvitationByTokenInputSchema>;
/** What somebody who holds the link may know before they sign in. */
export const InvitationOfferSchema = z.object({
  organizationName: z.string(),
  role: RoleSchema,
  inviterName: z.string().nullable(),
  email: z.string().nullable(),
  expiresAt: IsoTimeSchema,
});
export type InvitationOffer = z.infer<typeof InvitationOfferSchema>;
export const JoinedOrganizationSchema = z.object({ organizationId: OrganizationIdSchema, userId: UserIdSchema, role: RoleSchema });
export type JoinedOrganization = z.infer<typeof JoinedOrganizationSchema>;

// ── Roles and permissions ───────────────────────────────────────────────────────────────────────────────────────────

export const RolesSchema = z.object({
  roles: z.array(z.object({ role: RoleSchema, description: z.string(), permissions: z.array(z.string()) })),
  permissions: z.array(
    z.object({
      id: z.string(),
      description: z.string(),
      /** Everybody who is signed in holds it, for what is their own. */
      self: z.boolean(),
      /** Only people who run the installation hold it. */
      installation: z.boolean(),
    }),
  ),
});
export type Roles = z.infer<typeof RolesSchema>;

export const ExplainPermissionInputSchema = z.object({
  permission: z.string().min(1).max(200),
  userId: UserIdSchema.optional().describe("A member of the organization; the caller when absent"),
});
export type ExplainPermissionInput = z.output<typeof ExplainPermissionInputSchema>;
export const PermissionExplanationSchema = z.object({
  permission: z.string(),
  description: z.string(),
  allowed: z.boolean(),
  /** The rule that decided, in a sentence. */
  reason: z.string(),
  has: z.object({ role: RoleSchema.nullable(), status: MembershipStatusSchema.nullable(), installationAdmin: z.boolean() }),
  grantedBy: z.object({ roles: z.array(RoleSchema), self: z.boolean(), installation: z.boolean() }),
  /** Members who can give a role that includes it, at most ten. */
  whoCanGrant: z.array(z.object({ userId: UserIdSchema, name: z.string(), role: RoleSchema })),
});
export type PermissionExplanation = z.infer<typeof PermissionExplanationSchema>;

// ── Sessions of members ─────────────────────────────────────────────────────────────────────────────────────────────

/** A sign-in that acts in the caller's organization. What a member does elsewhere is not shown. */
export const MemberSessionSchema = z.object({
  id: SessionIdSchema,
  device: z.string(),
  address: z.string().nullable(),
  createdAt: IsoTimeSchema,
  lastUsedAt: IsoTimeSchema,
  expiresAt: IsoTimeSchema,
});
export type MemberSession = z.infer<typeof MemberSessionSchema>;
export const MemberSessionsSchema = z.object({ items: z.array(MemberSessionSchema) });
export type MemberSessions = z.infer<typeof MemberSessionsSchema>;
export const RevokedSessionsSchema = z.object({ userId: UserIdSchema, revoked: z.number().int() });
export type RevokedSessions = z.infer<typeof RevokedSessionsSchema>;
