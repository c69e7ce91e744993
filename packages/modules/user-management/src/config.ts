import { SIGN_UP_MODES } from "@coder/api/user-management";
import { z } from "zod";

const limit = z.coerce.number().int().min(1).max(1_000_000);

export const UserManagementConfigSchema = z.strictObject({
  signUp: z.enum(SIGN_UP_MODES).meta({ description: "Who may create an account: `invitation` (only people with an invitation) or `open` (everybody, each into an organization of their own)" }),
  invitationLifetimeHours: z.coerce.number().int().min(1).max(8_760).meta({ description: "How long an invitation can be accepted" }),
  setupCode: z
    .string()
    .min(8)
    .max(200)
    .nullable()
    .meta({ env: "SETUP_CODE", secret: true, restart: true, description: "One-time code that the first account needs; required whenever others than this machine can reach the product, also through a proxy" }),
  limits: z.strictObject({
    membersPerOrganization: limit.meta({ description: "Most members one organization may have" }),
    pendingInvitationsPerOrganization: limit.meta({ description: "Most invitations of one organization that wait to be accepted" }),
    organizationsPerUser: limit.meta({ description: "Most organizations one person may belong to" }),
  }),
});
export type UserManagementConfig = z.output<typeof UserManagementConfigSchema>;
