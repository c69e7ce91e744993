import type { Caller } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type {
  Admission, AdmitSignUpInput, CountUsersInput, CreateUserInput, DeleteUserInput, EnrolInput, Enrolment, FindUserInput, HeldPermissions, ListMembershipsInput, MaybeUser,
  PermissionsOfInput, QueryUsersInput, UpdateUserInput, UserCount, Users,
} from "./internal-schemas.ts";
import type {
  ChangedMembership, ChangeMemberRoleInput, CreatedInvitation, CreateInvitationInput, EndedMembership, ExplainPermissionInput, Installation, Invitation, InvitationByTokenInput,
  InstallationOrganizationPage, InvitationInput, InvitationOffer, InvitationPage, JoinedOrganization, ListInstallationOrganizationsInput, ListInvitationsInput, ListMembersInput, MemberInput, MemberPage, MemberSessions, Organization,
  OwnOrganization, PermissionExplanation, Preferences, Profile, RenamedOrganization, RenameOrganizationInput, RevokedSessions, Roles, UpdatedProfile, UpdatePreferencesInput,
  UpdateProfileInput, User,
} from "./schemas.ts";

export interface IUserManagementService {
  /** What somebody may know before they have an account. */
  installation(caller: Caller): Promise<Installation>;

  getProfile(caller: Caller): Promise<Profile>;
  /** `version_conflict` (409) carries the version that was sent and the profile as it is now. */
  updateProfile(caller: Caller, input: UpdateProfileInput): Promise<UpdatedProfile>;
  getPreferences(caller: Caller): Promise<Preferences>;
  /** Fields that are absent stay as they are. */
  updatePreferences(caller: Caller, input: UpdatePreferencesInput): Promise<Preferences>;

  /** The caller's organizations, oldest membership first. */
  listOrganizations(caller: Caller): Promise<{ items: OwnOrganization[] }>;
  /** All there are. For people who run the installation. */
  listInstallationOrganizations(caller: Caller, input: ListInstallationOrganizationsInput): Promise<InstallationOrganizationPage>;
  getOrganization(caller: Caller): Promise<Organization>;
  /** `version_conflict` (409) as in `updateProfile`. */
  renameOrganization(caller: Caller, input: RenameOrganizationInput): Promise<RenamedOrganization>;
  /** `last_owner` (409) while nobody else owns the organization. */
  leaveOrganization(caller: Caller): Promise<EndedMembership>;

  listMembers(caller: Caller, input: ListMembersInput): Promise<MemberPage>;
  /** `last_owner`, `owner_protected` (an owner is changed by owners only), `grants_more_than_held`. */
  changeMemberRole(caller: Caller, input: ChangeMemberRoleInput): Promise<ChangedMembership>;
  suspendMember(caller: Caller, input: MemberInput): Promise<ChangedMembership>;
  reactivateMember(caller: Caller, input: MemberInput): Promise<ChangedMembership>;
  removeMember(caller: Caller, input: MemberInput): Promise<EndedMembership>;
  listMemberSessions(caller: Caller, input: MemberInput): Promise<MemberSessions>;
  revokeMemberSessions(caller: Caller, input: MemberInput): Promise<RevokedSessions>;

  listInvitations(caller: Caller, input: ListInvitationsInput): Promise<InvitationPage>;
  createInvitation(caller: Caller, input: CreateInvitationInput): Promise<CreatedInvitation>;
  revokeInvitation(caller: Caller, input: InvitationInput): Promise<Invitation>;
  /** `invitation_invalid` (404) for every token that cannot be accepted; `details.reason` says why. */
  describeInvitation(caller: Caller, input: InvitationByTokenInput): Promise<InvitationOffer>;
  /** Somebody who has an account joins one more organization. Exactly one of parallel accepts wins. */
  acceptInvitation(caller: Caller, input: InvitationByTokenInput): Promise<JoinedOrganization>;

  listRoles(caller: Caller): Promise<Roles>;
  /** Which rule allows or denies a permission to a member, and who could grant it. */
  explainPermission(caller: Caller, input: ExplainPermissionInput): Promise<PermissionExplanation>;

  // For other modules only.

  /**
   * Whether somebody with this address may create an account now: `sign_up_closed`, `invitation_invalid`, `setup_code_wrong` otherwise.
   * A first look that spares work; `enrol` decides.
   */
  admitSignUp(caller: Caller, input: AdmitSignUpInput): Promise<Admission>;
  /**
   * Gives a new person their organization: the first of the installation owns it and runs the installation (one winner of simultaneous
   * sign-ups; the others get `sign_up_closed` unless invited or sign-up is open), an invited one joins, anybody else gets one of their own
   * where sign-up is open. Repeating it for the same person gives the same answer, so call it again at sign-in for somebody without
   * memberships: it completes what a crash cut off.
   */
  enrol(caller: Caller, input: EnrolInput): Promise<Enrolment>;
  /** `already_exists` (409) when the id or the address (whatever its case) is taken. */
  createUser(caller: Caller, input: CreateUserInput): Promise<User>;
  findUser(caller: Caller, input: FindUserInput): Promise<MaybeUser>;
  queryUsers(caller: Caller, input: QueryUsersInput): Promise<Users>;
  countUsers(caller: Caller, input: CountUsersInput): Promise<UserCount>;
  /** Null when there is no such person. */
  updateUser(caller: Caller, input: UpdateUserInput): Promise<MaybeUser>;
  /**
   * The person as they were, or null: of parallel calls one gets them. `still_member` (409) while they belong to an organization.
   * Also undoes a first sign-up that failed half-way, so that somebody else can be first.
   */
  deleteUser(caller: Caller, input: DeleteUserInput): Promise<MaybeUser>;
  /** All memberships of a person, suspended ones too, oldest first. */
  listMemberships(caller: Caller, input: ListMembershipsInput): Promise<{ items: OwnOrganization[] }>;
  permissionsOf(caller: Caller, input: PermissionsOfInput): Promise<HeldPermissions>;
}

export const userManagementRef = serviceRef<IUserManagementService>("user-management");
