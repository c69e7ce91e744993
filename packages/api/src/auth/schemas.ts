import { EmailSchema, IsoTimeSchema, OrganizationIdSchema, ORGANIZATION_ROLES, pageInput, pageOf, SessionIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { PersonNameSchema, SetupCodeSchema } from "../user-management/index.ts";

/** Longest password that is looked at. Longer ones are refused before any work is done for them. */
export const MAX_PASSWORD_LENGTH = 256;

/** Addresses are compared in lower case. */
export const SignInEmailSchema = EmailSchema.toLowerCase();

/** Kept as it was typed; how strong it must be is the service's to say, so that every fault is named at once. */
export const NewPasswordSchema = z.string().min(1).max(MAX_PASSWORD_LENGTH);
export const PasswordSchema = z.string().min(1).max(MAX_PASSWORD_LENGTH);

/** `cookie` for browsers; `token` for programs, which then send `Authorization: Bearer …`. */
export const DeliverySchema = z.enum(["cookie", "token"]).default("cookie").describe("How the session reaches the client");
export type Delivery = z.output<typeof DeliverySchema>;

export const SignUpInputSchema = z.object({
  email: SignInEmailSchema,
  password: NewPasswordSchema,
  name: PersonNameSchema.describe("What others see"),
  invitationToken: z.string().min(1).max(500).optional().describe("From the invitation link"),
  setupCode: SetupCodeSchema.optional().describe("From the terminal; for the first account of an installation that others can reach"),
  delivery: DeliverySchema,
});
export type SignUpInput = z.output<typeof SignUpInputSchema>;

export const SignInInputSchema = z.object({ email: SignInEmailSchema, password: PasswordSchema, delivery: DeliverySchema });
export type SignInInput = z.output<typeof SignInInputSchema>;

/** A session that has begun. `token` is null where it went into the cookie. */
export const StartedSessionSchema = z.object({
  sessionId: SessionIdSchema,
  userId: UserIdSchema,
  organizationId: OrganizationIdSchema.nullable(),
  expiresAt: IsoTimeSchema,
  token: z.string().nullable(),
});
export type StartedSession = z.infer<typeof StartedSessionSchema>;
/** What the service hands to the edge, which decides how the token travels. */
export type IssuedSession = StartedSession & { readonly token: string };

const OrganizationSummarySchema = z.object({ id: OrganizationIdSchema, name: z.string(), role: z.enum(ORGANIZATION_ROLES) });

/** Everything a page needs to know of who is looking at it. */
export const CurrentSessionSchema = z.object({
  sessionId: SessionIdSchema,
  createdAt: IsoTimeSchema,
  expiresAt: IsoTimeSchema,
  user: z.object({ id: UserIdSchema, email: z.string(), name: z.string() }),
  /** The organization the session acts in; null before one is chosen and after the membership ended. */
  organization: OrganizationSummarySchema.nullable(),
  organizations: z.array(OrganizationSummarySchema),
  installationAdmin: z.boolean(),
  /** What the person may do in that organization. Decides what is shown; every operation checks again. */
  permissions: z.array(z.string()),
});
export type CurrentSession = z.infer<typeof CurrentSessionSchema>;

/** One sign-in as its owner sees it. */
export const SessionSummarySchema = z.object({
  id: SessionIdSchema,
  device: z.string().describe("Browser and system, as far as the client names them"),
  userAgent: z.string().nullable().describe("What the client called itself"),
  address: z.string().nullable().describe("Network address at sign-in"),
  organizationId: OrganizationIdSchema.nullable(),
  createdAt: IsoTimeSchema,
  lastUsedAt: IsoTimeSchema.describe("To about a minute"),
  expiresAt: IsoTimeSchema,
  current: z.boolean(),
});
export type SessionSummary = z.infer<typeof SessionSummarySchema>;

/** Last used first. */
export const ListSessionsInputSchema = z.object(pageInput);
export type ListSessionsInput = z.output<typeof ListSessionsInputSchema>;
export const SessionPageSchema = pageOf(SessionSummarySchema);
export type SessionPage = z.infer<typeof SessionPageSchema>;

export const RevokeSessionInputSchema = z.object({ id: SessionIdSchema });
export type RevokeSessionInput = z.output<typeof RevokeSessionInputSchema>;

export const RevokedSessionsSchema = z.object({ revoked: z.number().int().min(0) });
export type RevokedSessions = z.infer<typeof RevokedSessionsSchema>;

export const ChangePasswordInputSchema = z.object({ currentPassword: PasswordSchema, newPassword: NewPasswordSchema });
export type ChangePasswordInput = z.output<typeof ChangePasswordInputSchema>;

export const SwitchOrganizationInputSchema = z.object({ organizationId: OrganizationIdSchema });
export type SwitchOrganizationInput = z.output<typeof SwitchOrganizationInputSchema>;
export const SwitchedOrganizationSchema = z.object({ organizationId: OrganizationIdSchema });
export type SwitchedOrganization = z.infer<typeof SwitchedOrganizationSchema>;

export const ResolveSessionInputSchema = z.object({ token: z.string() });
export type ResolveSessionInput = z.output<typeof ResolveSessionInputSchema>;
/** Whose session a token is. Null for unknown, expired and revoked ones alike. */
export const ResolvedSessionSchema = z
  .object({ sessionId: SessionIdSchema, userId: UserIdSchema, organizationId: OrganizationIdSchema.nullable() })
  .nullable();
export type ResolvedSession = z.infer<typeof ResolvedSessionSchema>;

export const ListSessionsOfInputSchema = z.object({ ...pageInput, userId: UserIdSchema });
export type ListSessionsOfInput = z.output<typeof ListSessionsOfInputSchema>;

export const LastSeenOfInputSchema = z.object({ organizationId: OrganizationIdSchema, userIds: z.array(UserIdSchema).max(200) });
export type LastSeenOfInput = z.output<typeof LastSeenOfInputSchema>;
/** Whoever has no session that acts in the organization is left out. */
export const LastSeenSchema = z.object({ items: z.array(z.object({ userId: UserIdSchema, lastUsedAt: IsoTimeSchema })) });
export type LastSeen = z.infer<typeof LastSeenSchema>;

export const RevokeSessionsOfInputSchema = z.object({
  userId: UserIdSchema,
  sessionId: SessionIdSchema.optional().describe("Only this one; all of the person's when absent"),
});
export type RevokeSessionsOfInput = z.output<typeof RevokeSessionsOfInputSchema>;

export const ResetPasswordInputSchema = z.object({ email: SignInEmailSchema });
export type ResetPasswordInput = z.output<typeof ResetPasswordInputSchema>;
/** `password` is shown once to whoever runs the installation and kept nowhere. */
export const ResetPasswordResultSchema = z.object({ userId: UserIdSchema, password: z.string(), revoked: z.number().int().min(0) });
export type ResetPasswordResult = z.infer<typeof ResetPasswordResultSchema>;
