import { EmailSchema, IsoTimeSchema, OrganizationIdSchema, UserIdSchema, VersionSchema } from "@coder/shared";
import { z } from "zod";
import { InvitationTokenSchema, MembershipStatusSchema, PersonNameSchema, PictureSchema, RoleSchema, SetupCodeSchema, UserSchema } from "./schemas.ts";

// What only other modules may ask. Auth keeps its `user` model here.

/** Anything may be tried as a token: a malformed one is simply not known. */
const PresentedTokenSchema = InvitationTokenSchema.or(z.string().max(500));

export const AdmitSignUpInputSchema = z.object({
  email: EmailSchema,
  invitationToken: PresentedTokenSchema.optional(),
  setupCode: SetupCodeSchema.optional(),
});
export type AdmitSignUpInput = z.output<typeof AdmitSignUpInputSchema>;
export const AdmissionSchema = z.object({ allowed: z.literal(true) });
export type Admission = z.infer<typeof AdmissionSchema>;

export const EnrolInputSchema = z.object({
  userId: UserIdSchema,
  invitationToken: PresentedTokenSchema.optional(),
  setupCode: SetupCodeSchema.optional(),
});
export type EnrolInput = z.output<typeof EnrolInputSchema>;
export const EnrolmentSchema = z.object({ organizationId: OrganizationIdSchema, role: RoleSchema, installationAdmin: z.boolean() });
export type Enrolment = z.infer<typeof EnrolmentSchema>;

const userFields = {
  name: PersonNameSchema,
  email: EmailSchema,
  emailVerified: z.boolean(),
  image: PictureSchema.nullable(),
  createdAt: IsoTimeSchema,
  updatedAt: IsoTimeSchema,
} as const;

export const CreateUserInputSchema = z.object({
  id: UserIdSchema.optional(),
  name: userFields.name,
  email: userFields.email,
  emailVerified: userFields.emailVerified.default(false),
  image: userFields.image.default(null),
  createdAt: userFields.createdAt.optional(),
  updatedAt: userFields.updatedAt.optional(),
});
export type CreateUserInput = z.output<typeof CreateUserInputSchema>;

export const FindUserInputSchema = z.union([z.object({ id: UserIdSchema }), z.object({ email: z.string().max(500) })]);
export type FindUserInput = z.output<typeof FindUserInputSchema>;
export const MaybeUserSchema = z.object({ user: UserSchema.nullable() });
export type MaybeUser = z.infer<typeof MaybeUserSchema>;

export const USER_FIELDS = ["id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"] as const;
const ScalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** One clause, in the words of auth's adapter. */
export const UserConditionSchema = z.object({
  field: z.enum(USER_FIELDS),
  operator: z.enum(["eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "contains", "starts_with", "ends_with"]).default("eq"),
  value: z.union([ScalarSchema, z.array(ScalarSchema).max(1_000)]),
  connector: z.enum(["AND", "OR"]).default("AND"),
  mode: z.enum(["sensitive", "insensitive"]).default("sensitive"),
});
export type UserCondition = z.output<typeof UserConditionSchema>;
/** Every AND clause must hold, and of the OR clauses at least one, when there are any. */
const UserWhereSchema = z.array(UserConditionSchema).max(50).default([]);

export const QueryUsersInputSchema = z.object({
  where: UserWhereSchema,
  sortBy: z.object({ field: z.enum(USER_FIELDS), direction: z.enum(["asc", "desc"]) }).optional(),
  limit: z.number().int().min(0).max(1_000).default(100),
  offset: z.number().int().min(0).max(100_000).default(0),
});
export type QueryUsersInput = z.output<typeof QueryUsersInputSchema>;
export const UsersSchema = z.object({ items: z.array(UserSchema) });
export type Users = z.infer<typeof UsersSchema>;

export const CountUsersInputSchema = z.object({ where: UserWhereSchema });
export type CountUsersInput = z.output<typeof CountUsersInputSchema>;
export const UserCountSchema = z.object({ count: z.number().int() });
export type UserCount = z.infer<typeof UserCountSchema>;

export const UpdateUserInputSchema = z.object({
  id: UserIdSchema,
  changes: z.object(userFields).partial(),
  version: VersionSchema.optional().describe("Write only over this version: `version_conflict` otherwise"),
});
export type UpdateUserInput = z.output<typeof UpdateUserInputSchema>;

export const DeleteUserInputSchema = z.object({ id: UserIdSchema });
export type DeleteUserInput = z.output<typeof DeleteUserInputSchema>;

export const ListMembershipsInputSchema = z.object({ userId: UserIdSchema });
export type ListMembershipsInput = z.output<typeof ListMembershipsInputSchema>;

export const PermissionsOfInputSchema = z.object({ userId: UserIdSchema, organizationId: OrganizationIdSchema.nullable() });
export type PermissionsOfInput = z.output<typeof PermissionsOfInputSchema>;
export const HeldPermissionsSchema = z.object({
  role: RoleSchema.nullable(),
  status: MembershipStatusSchema.nullable(),
  installationAdmin: z.boolean(),
  permissions: z.array(z.string()),
});
export type HeldPermissions = z.infer<typeof HeldPermissionsSchema>;
