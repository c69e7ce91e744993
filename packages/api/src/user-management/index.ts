export {
  invitationAcceptedEvent, invitationCreatedEvent, invitationRevokedEvent, membershipChangedEvent, organizationCreatedEvent, organizationRenamedEvent, profileUpdatedEvent,
} from "./events.ts";
export { USER_FIELDS } from "./internal-schemas.ts";
export type {
  Admission, AdmitSignUpInput, CountUsersInput, CreateUserInput, DeleteUserInput, EnrolInput, Enrolment, FindUserInput, HeldPermissions, ListMembershipsInput, MaybeUser,
  PermissionsOfInput, QueryUsersInput, UpdateUserInput, UserCondition, UserCount, Users,
} from "./internal-schemas.ts";
export { userManagementPermissions } from "./permissions.ts";
export {
  InvitationIdSchema, InvitationTokenSchema, MembershipStatusSchema, OrganizationNameSchema, PersonNameSchema, PictureSchema, PreferencesSchema, RoleSchema,
  SetupCodeSchema, SIGN_UP_MODES, THEMES, UserSchema,
} from "./schemas.ts";
export type {
  ChangedMembership, ChangeMemberRoleInput, Changes, CreatedInvitation, CreateInvitationInput, EndedMembership, ExplainPermissionInput, Installation, Invitation,
  InvitationByTokenInput, InvitationId, InvitationInput, InvitationOffer, InvitationPage, InstallationOrganization, InstallationOrganizationPage, JoinedOrganization, ListInstallationOrganizationsInput,
  ListInvitationsInput, ListMembersInput, Member, MemberInput, MemberPage, MembershipStatus, MemberSession, MemberSessions, Organization, OwnOrganization, PermissionExplanation, Preferences, Profile, RenamedOrganization,
  RenameOrganizationInput, RevokedSessions, Roles, UpdatedProfile, UpdatePreferencesInput, UpdateProfileInput, User,
} from "./schemas.ts";
export type { IUserManagementService } from "./service.ts";
