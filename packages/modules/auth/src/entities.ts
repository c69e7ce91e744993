import { defineEntity, type RowOf } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema, SessionIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/**
 * One row per sign-in. Bound to its person by every query and by row-level security, except where the person is not known yet:
 * the look-up by token. Of the token only its SHA-256 is kept, so nobody who reads the table can act as somebody else.
 */
export const sessionEntity = defineEntity({
  table: "auth_sessions",
  noun: "session",
  model: "AuthSession",
  schema: z.object({
    id: SessionIdSchema,
    userId: UserIdSchema,
    tokenHash: z.string(),
    /** The organization it acts in. */
    organizationId: OrganizationIdSchema.nullable(),
    ipAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
    lastUsedAt: IsoTimeSchema,
    expiresAt: IsoTimeSchema,
  }),
  tenancy: "user",
  unique: [["tokenHash"]],
  indexes: [["userId", "lastUsedAt"], ["expiresAt"], ["lastUsedAt"], ["organizationId", "lastUsedAt"]],
});
export type SessionRow = RowOf<typeof sessionEntity>;

/**
 * A way to sign in: the password, later a provider. Nobody's tenant, so that the role which serves requests cannot read a single
 * password hash, not even the person's own.
 */
export const accountEntity = defineEntity({
  table: "auth_accounts",
  noun: "account",
  model: "AuthAccount",
  schema: z.object({
    id: z.uuid(),
    userId: UserIdSchema,
    /** `credential` for the password. */
    providerId: z.string(),
    /** Who the person is at the provider; their own id for the password. */
    accountId: z.string(),
    password: z.string().nullable(),
    accessToken: z.string().nullable(),
    refreshToken: z.string().nullable(),
    idToken: z.string().nullable(),
    accessTokenExpiresAt: IsoTimeSchema.nullable(),
    refreshTokenExpiresAt: IsoTimeSchema.nullable(),
    scope: z.string().nullable(),
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
    /** When the sign-up was complete. Null while it is under way, or was cut off. */
    admittedAt: IsoTimeSchema.nullable(),
  }),
  tenancy: "system",
  unique: [["providerId", "accountId"]],
  indexes: [["userId"]],
});
export type AccountRow = RowOf<typeof accountEntity>;

/** Single-use values: links and challenges. Its id may be a digest of what it guards, so that a second one is refused. */
export const verificationEntity = defineEntity({
  table: "auth_verifications",
  model: "AuthVerification",
  schema: z.object({
    id: z.string(),
    identifier: z.string(),
    value: z.string(),
    expiresAt: IsoTimeSchema,
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "system",
  indexes: [["identifier"], ["expiresAt"]],
});

/** Counts wrong guesses, per account and per network, for all processes together. */
export const throttleEntity = defineEntity({
  table: "auth_throttles",
  model: "AuthThrottle",
  schema: z.object({
    /** A digest of what is counted: addresses that were typed are not kept. */
    id: z.string(),
    kind: z.enum(["account", "network"]),
    failures: z.number().int(),
    lockedUntil: IsoTimeSchema.nullable(),
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "system",
  indexes: [["updatedAt"]],
});
export type ThrottleRow = RowOf<typeof throttleEntity>;
