import { NoInputSchema } from "@coder/shared";
import { auditFacts, clientRef, procedure, router } from "@coder/shared/trpc";
import {
  AdmissionSchema, AdmitSignUpInputSchema, CountUsersInputSchema, CreateUserInputSchema, DeleteUserInputSchema, EnrolInputSchema, EnrolmentSchema, FindUserInputSchema,
  HeldPermissionsSchema, ListMembershipsInputSchema, MaybeUserSchema, PermissionsOfInputSchema, QueryUsersInputSchema, UpdateUserInputSchema, UserCountSchema, UsersSchema,
} from "./internal-schemas.ts";
import {
  ChangedMembershipSchema, ChangeMemberRoleInputSchema, CreatedInvitationSchema, CreateInvitationInputSchema, EndedMembershipSchema, ExplainPermissionInputSchema,
  InstallationOrganizationPageSchema, InstallationSchema, InvitationByTokenInputSchema, InvitationInputSchema, InvitationOfferSchema, InvitationPageSchema, InvitationSchema, JoinedOrganizationSchema,
  ListInstallationOrganizationsInputSchema, ListInvitationsInputSchema, ListMembersInputSchema, MemberInputSchema, MemberPageSchema, MemberSessionsSchema, OrganizationSchema, OwnOrganizationsSchema,
  PermissionExplanationSchema, PreferencesSchema, ProfileSchema, RenamedOrganizationSchema, RenameOrganizationInputSchema, RevokedSessionsSchema, RolesSchema,
  UpdatedProfileSchema, UpdatePreferencesInputSchema, UpdateProfileInputSchema, UserSchema,
} from "./schemas.ts";
import { userManagementRef } from "./service.ts";

export { userManagementRef } from "./service.ts";

const tags = ["user-management"];

export const userManagementRouter = router({
  installation: procedure
    .meta({ public: true, openapi: { method: "GET", path: "/users/installation", tags, summary: "Whether the installation has its first account, and who may sign up" } })
    .input(NoInputSchema)
    .output(InstallationSchema)
    .query(({ ctx }) => ctx.service(userManagementRef).installation(ctx.caller)),

  getProfile: procedure
    .meta({ permission: "user-management.profile.read", openapi: { method: "GET", path: "/users/me", tags, summary: "Your profile, and what you may do" } })
    .input(NoInputSchema)
    .output(ProfileSchema)
    .query(({ ctx }) => ctx.service(userManagementRef).getProfile(ctx.caller)),

  updateProfile: procedure
    .meta({
      permission: "user-management.profile.update",
      openapi: { method: "PATCH", path: "/users/me", tags, summary: "Change your name or picture" },
      audit: { describe: auditFacts("user", "id", UpdatedProfileSchema, ["changes"]) },
    })
    .input(UpdateProfileInputSchema)
    .output(UpdatedProfileSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).updateProfile(ctx.caller, input)),

  getPreferences: procedure
    .meta({ permission: "user-management.profile.read", openapi: { method: "GET", path: "/users/me/preferences", tags, summary: "Your preferences" } })
    .input(NoInputSchema)
    .output(PreferencesSchema)
    .query(({ ctx }) => ctx.service(userManagementRef).getPreferences(ctx.caller)),

  updatePreferences: procedure
    .meta({
      permission: "user-management.profile.update",
      openapi: { method: "PATCH", path: "/users/me/preferences", tags, summary: "Change your preferences" },
      audit: { describe: auditFacts("preferences", "id", PreferencesSchema, ["theme", "locale", "timeZone"]) },
    })
    .input(UpdatePreferencesInputSchema)
    .output(PreferencesSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).updatePreferences(ctx.caller, input)),

  listOrganizations: procedure
    .meta({ permission: "user-management.profile.read", openapi: { method: "GET", path: "/users/me/organizations", tags, summary: "The organizations you belong to" } })
    .input(NoInputSchema)
    .output(OwnOrganizationsSchema)
    .query(({ ctx }) => ctx.service(userManagementRef).listOrganizations(ctx.caller)),

  listInstallationOrganizations: procedure
    .meta({ permission: "user-management.organization.list", openapi: { method: "GET", path: "/users/organizations", tags, summary: "All organizations of the installation" } })
    .input(ListInstallationOrganizationsInputSchema)
    .output(InstallationOrganizationPageSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).listInstallationOrganizations(ctx.caller, input)),

  getOrganization: procedure
    .meta({ permission: "user-management.organization.read", openapi: { method: "GET", path: "/users/organization", tags, summary: "The organization you act in" } })
    .input(NoInputSchema)
    .output(OrganizationSchema)
    .query(({ ctx }) => ctx.service(userManagementRef).getOrganization(ctx.caller)),

  renameOrganization: procedure
    .meta({
      permission: "user-management.organization.update",
      openapi: { method: "PATCH", path: "/users/organization", tags, summary: "Rename the organization" },
      audit: { describe: auditFacts("organization", "id", RenamedOrganizationSchema, ["changes"]) },
    })
    .input(RenameOrganizationInputSchema)
    .output(RenamedOrganizationSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).renameOrganization(ctx.caller, input)),

  leaveOrganization: procedure
    .meta({
      permission: "user-management.organization.leave",
      openapi: { method: "POST", path: "/users/organization/leave", tags, summary: "Leave the organization" },
      audit: { describe: auditFacts("member", "userId", EndedMembershipSchema, ["role"]) },
    })
    .input(NoInputSchema)
    .output(EndedMembershipSchema)
    .mutation(({ ctx }) => ctx.service(userManagementRef).leaveOrganization(ctx.caller)),

  listMembers: procedure
    .meta({ permission: "user-management.member.read", openapi: { method: "GET", path: "/users/members", tags, summary: "List members, oldest first" } })
    .input(ListMembersInputSchema)
    .output(MemberPageSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).listMembers(ctx.caller, input)),

  changeMemberRole: procedure
    .meta({
      permission: "user-management.member.update",
      openapi: { method: "PATCH", path: "/users/members/{userId}", tags, summary: "Change a member's role" },
      audit: { describe: auditFacts("member", "userId", ChangedMembershipSchema, ["changes"]) },
    })
    .input(ChangeMemberRoleInputSchema)
    .output(ChangedMembershipSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).changeMemberRole(ctx.caller, input)),

  suspendMember: procedure
    .meta({
      permission: "user-management.member.update",
      openapi: { method: "POST", path: "/users/members/{userId}/suspend", tags, summary: "Take all access to the organization from a member, keeping their data" },
      audit: { describe: auditFacts("member", "userId", ChangedMembershipSchema, ["changes"]) },
    })
    .input(MemberInputSchema)
    .output(ChangedMembershipSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).suspendMember(ctx.caller, input)),

  reactivateMember: procedure
    .meta({
      permission: "user-management.member.update",
      openapi: { method: "POST", path: "/users/members/{userId}/reactivate", tags, summary: "Give a suspended member their access back" },
      audit: { describe: auditFacts("member", "userId", ChangedMembershipSchema, ["changes"]) },
    })
    .input(MemberInputSchema)
    .output(ChangedMembershipSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).reactivateMember(ctx.caller, input)),

  removeMember: procedure
    .meta({
      permission: "user-management.member.remove",
      openapi: { method: "DELETE", path: "/users/members/{userId}", tags, summary: "Remove a member from the organization" },
      audit: { describe: auditFacts("member", "userId", EndedMembershipSchema, ["role"]) },
    })
    .input(MemberInputSchema)
    .output(EndedMembershipSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).removeMember(ctx.caller, input)),

  listMemberSessions: procedure
    .meta({
      permission: "user-management.session.read",
      openapi: { method: "GET", path: "/users/members/{userId}/sessions", tags, summary: "A member's sessions in the organization" },
      audit: { always: true, describe: auditFacts("member", "userId", MemberSessionsSchema) },
    })
    .input(MemberInputSchema)
    .output(MemberSessionsSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).listMemberSessions(ctx.caller, input)),

  revokeMemberSessions: procedure
    .meta({
      permission: "user-management.session.revoke",
      openapi: { method: "DELETE", path: "/users/members/{userId}/sessions", tags, summary: "End a member's sessions in the organization" },
      audit: { describe: auditFacts("member", "userId", RevokedSessionsSchema, ["revoked"]) },
    })
    .input(MemberInputSchema)
    .output(RevokedSessionsSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).revokeMemberSessions(ctx.caller, input)),

  listInvitations: procedure
    .meta({ permission: "user-management.invitation.read", openapi: { method: "GET", path: "/users/invitations", tags, summary: "List invitations, newest first" } })
    .input(ListInvitationsInputSchema)
    .output(InvitationPageSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).listInvitations(ctx.caller, input)),

  createInvitation: procedure
    .meta({
      permission: "user-management.invitation.create",
      openapi: { method: "POST", path: "/users/invitations", tags, summary: "Invite somebody; the token is shown this once" },
      rateLimit: { limit: 60, windowSeconds: 60, by: "caller" },
      audit: { describe: auditFacts("invitation", "id", CreatedInvitationSchema, ["role", "email", "expiresAt"]) },
    })
    .input(CreateInvitationInputSchema)
    .output(CreatedInvitationSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).createInvitation(ctx.caller, input)),

  revokeInvitation: procedure
    .meta({
      permission: "user-management.invitation.revoke",
      openapi: { method: "DELETE", path: "/users/invitations/{id}", tags, summary: "Take an invitation back" },
      audit: { describe: auditFacts("invitation", "id", InvitationSchema, ["role", "email", "status"]) },
    })
    .input(InvitationInputSchema)
    .output(InvitationSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).revokeInvitation(ctx.caller, input)),

  describeInvitation: procedure
    .meta({
      public: true,
      openapi: { method: "GET", path: "/users/invitations/offer", tags, summary: "What an invitation offers, by its token" },
      rateLimit: { limit: 20, windowSeconds: 60, by: "address" },
    })
    .input(InvitationByTokenInputSchema)
    .output(InvitationOfferSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).describeInvitation(ctx.caller, input)),

  acceptInvitation: procedure
    .meta({
      permission: "user-management.invitation.accept",
      openapi: { method: "POST", path: "/users/invitations/accept", tags, summary: "Join one more organization by invitation" },
      rateLimit: { limit: 20, windowSeconds: 60, by: "caller" },
      audit: {
        describe: (io) => {
          const joined = JoinedOrganizationSchema.safeParse(io.output).data;
          return joined ? { organizationId: joined.organizationId, target: { type: "member", id: joined.userId }, details: { role: joined.role } } : {};
        },
      },
    })
    .input(InvitationByTokenInputSchema)
    .output(JoinedOrganizationSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).acceptInvitation(ctx.caller, input)),

  listRoles: procedure
    .meta({ permission: "user-management.role.read", openapi: { method: "GET", path: "/users/roles", tags, summary: "What each role may do" } })
    .input(NoInputSchema)
    .output(RolesSchema)
    .query(({ ctx }) => ctx.service(userManagementRef).listRoles(ctx.caller)),

  explainPermission: procedure
    .meta({ permission: "user-management.role.read", openapi: { method: "GET", path: "/users/permissions/{permission}", tags, summary: "Why somebody may or may not do something" } })
    .input(ExplainPermissionInputSchema)
    .output(PermissionExplanationSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).explainPermission(ctx.caller, input)),

  admitSignUp: procedure
    .meta({ audience: "internal" })
    .input(AdmitSignUpInputSchema)
    .output(AdmissionSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).admitSignUp(ctx.caller, input)),

  enrol: procedure
    .meta({ audience: "internal" })
    .input(EnrolInputSchema)
    .output(EnrolmentSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).enrol(ctx.caller, input)),

  createUser: procedure
    .meta({ audience: "internal" })
    .input(CreateUserInputSchema)
    .output(UserSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).createUser(ctx.caller, input)),

  findUser: procedure
    .meta({ audience: "internal" })
    .input(FindUserInputSchema)
    .output(MaybeUserSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).findUser(ctx.caller, input)),

  queryUsers: procedure
    .meta({ audience: "internal" })
    .input(QueryUsersInputSchema)
    .output(UsersSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).queryUsers(ctx.caller, input)),

  countUsers: procedure
    .meta({ audience: "internal" })
    .input(CountUsersInputSchema)
    .output(UserCountSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).countUsers(ctx.caller, input)),

  updateUser: procedure
    .meta({ audience: "internal" })
    .input(UpdateUserInputSchema)
    .output(MaybeUserSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).updateUser(ctx.caller, input)),

  deleteUser: procedure
    .meta({ audience: "internal" })
    .input(DeleteUserInputSchema)
    .output(MaybeUserSchema)
    .mutation(({ ctx, input }) => ctx.service(userManagementRef).deleteUser(ctx.caller, input)),

  listMemberships: procedure
    .meta({ audience: "internal" })
    .input(ListMembershipsInputSchema)
    .output(OwnOrganizationsSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).listMemberships(ctx.caller, input)),

  permissionsOf: procedure
    .meta({ audience: "internal" })
    .input(PermissionsOfInputSchema)
    .output(HeldPermissionsSchema)
    .query(({ ctx, input }) => ctx.service(userManagementRef).permissionsOf(ctx.caller, input)),
});

/** How other modules call these procedures, in this process or another. */
export const userManagementClient = clientRef<typeof userManagementRouter>("user-management");
