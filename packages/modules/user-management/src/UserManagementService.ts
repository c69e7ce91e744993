import type { authRouter } from "@coder/api/auth/router";
import type {
  AdmitSignUpInput, ChangeMemberRoleInput, CountUsersInput, CreateInvitationInput, CreateUserInput, DeleteUserInput, EnrolInput, ExplainPermissionInput, FindUserInput,
  InvitationByTokenInput, InvitationInput, IUserManagementService, JoinedOrganization, ListInstallationOrganizationsInput, ListInvitationsInput, ListMembershipsInput, ListMembersInput, MaybeUser, MemberInput,
  PermissionsOfInput, QueryUsersInput, RenameOrganizationInput, UpdatePreferencesInput, UpdateProfileInput, UpdateUserInput,
} from "@coder/api/user-management";
import type { IDatabase } from "@coder/db";
import { actorOf, organizationOf, personOf, type Caller, type PermissionCatalogue } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ILogger, ServiceClient } from "@coder/shared/trpc";
import { Authority } from "./Authority.ts";
import type { UserManagementConfig } from "./config.ts";
import { Enrolment } from "./Enrolment.ts";
import { userNotFound } from "./errors.ts";
import { InstallationRecord } from "./InstallationRecord.ts";
import { Invitations } from "./Invitations.ts";
import { Members } from "./Members.ts";
import { MembershipWriter } from "./MembershipWriter.ts";
import { Organizations } from "./Organizations.ts";
import { People, userOf } from "./People.ts";
import { Permissions } from "./Permissions.ts";
import { Profiles } from "./Profiles.ts";
import { RoleCatalogue } from "./RoleCatalogue.ts";
import { Tables } from "./Tables.ts";

export interface UserManagementServiceDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<UserManagementConfig>;
  readonly permissionCatalogue: PermissionCatalogue;
  readonly auth: ServiceClient<typeof authRouter>;
  readonly log: ILogger;
  /** Whether others than this machine can reach the gateway. */
  readonly exposed: boolean;
  readonly now: () => Date;
}

/** People, organizations and every permission decision. Puts the parts together; each part holds one subject. */
export class UserManagementService implements IUserManagementService {
  readonly #people: People;
  readonly #profiles: Profiles;
  readonly #organizations: Organizations;
  readonly #members: Members;
  readonly #invitations: Invitations;
  readonly #enrolment: Enrolment;
  readonly #permissions: Permissions;
  readonly #roles: RoleCatalogue;

  constructor({ database, config, permissionCatalogue, auth, log, exposed, now }: UserManagementServiceDeps) {
    const tables = new Tables({ database });
    const roles = new RoleCatalogue(permissionCatalogue);
    const authority = new Authority({ roles });
    const people = new People({ tables, now });
    const writer = new MembershipWriter({ tables, now });
    const installation = new InstallationRecord({ tables, now });
    const invitations = new Invitations({ tables, authority, people, writer, config, now });
    const permissions = new Permissions({ tables, roles, authority, people, installation });
    this.#roles = roles;
    this.#people = people;
    this.#invitations = invitations;
    this.#permissions = permissions;
    this.#profiles = new Profiles({ tables, people, permissions, now });
    this.#organizations = new Organizations({ tables, now });
    this.#members = new Members({ tables, people, writer, authority, invitations, auth, log });
    this.#enrolment = new Enrolment({ tables, people, invitations, installation, writer, config, exposed, now });
  }

  installation() {
    return this.#enrolment.installation();
  }

  async getProfile(caller: Caller) {
    return this.#profiles.get(personOf(caller));
  }

  async updateProfile(caller: Caller, input: UpdateProfileInput) {
    return this.#profiles.update(personOf(caller), input);
  }

  async getPreferences(caller: Caller) {
    return this.#profiles.preferences(personOf(caller));
  }

  async updatePreferences(caller: Caller, input: UpdatePreferencesInput) {
    return this.#profiles.updatePreferences(personOf(caller), input);
  }

  async listOrganizations(caller: Caller) {
    return { items: await this.#organizations.listOf(personOf(caller).userId) };
  }

  async listInstallationOrganizations(_caller: Caller, input: ListInstallationOrganizationsInput) {
    return this.#organizations.listAll(input);
  }

  async getOrganization(caller: Caller) {
    return this.#organizations.get(organizationOf(caller));
  }

  async renameOrganization(caller: Caller, input: RenameOrganizationInput) {
    return this.#organizations.rename(organizationOf(caller), actorOf(caller), input);
  }

  async leaveOrganization(caller: Caller) {
    return this.#members.leave(organizationOf(caller), personOf(caller).userId);
  }

  async listMembers(caller: Caller, input: ListMembersInput) {
    return this.#members.list(caller, organizationOf(caller), input);
  }

  async changeMemberRole(caller: Caller, { userId, role }: ChangeMemberRoleInput) {
    return this.#members.changeRole(organizationOf(caller), actorOf(caller), userId, role);
  }

  async suspendMember(caller: Caller, { userId }: MemberInput) {
    return this.#members.suspend(organizationOf(caller), actorOf(caller), userId);
  }

  async reactivateMember(caller: Caller, { userId }: MemberInput) {
    return this.#members.reactivate(organizationOf(caller), actorOf(caller), userId);
  }

  async removeMember(caller: Caller, { userId }: MemberInput) {
    return this.#members.remove(organizationOf(caller), actorOf(caller), userId);
  }

  async listMemberSessions(caller: Caller, { userId }: MemberInput) {
    return { items: await this.#members.sessions(caller, organizationOf(caller), userId) };
  }

  async revokeMemberSessions(caller: Caller, { userId }: MemberInput) {
    return { userId, revoked: await this.#members.revokeSessions(caller, organizationOf(caller), userId) };
  }

  async listInvitations(caller: Caller, input: ListInvitationsInput) {
    return this.#invitations.list(organizationOf(caller), input);
  }

  async createInvitation(caller: Caller, input: CreateInvitationInput) {
    return this.#invitations.create(organizationOf(caller), actorOf(caller), input);
  }

  async revokeInvitation(caller: Caller, { id }: InvitationInput) {
    return this.#invitations.revoke(organizationOf(caller), actorOf(caller), id);
  }

  async describeInvitation(_caller: Caller, { token }: InvitationByTokenInput) {
    return this.#invitations.describe(token);
  }

  async acceptInvitation(caller: Caller, { token }: InvitationByTokenInput): Promise<JoinedOrganization> {
    const user = await this.#people.get(personOf(caller).userId);
    if (!user) throw userNotFound();
    const { organizationId, userId, role } = await this.#invitations.accept(token, user);
    return { organizationId, userId, role };
  }

  async listRoles() {
    return this.#roles.roles();
  }

  async explainPermission(caller: Caller, input: ExplainPermissionInput) {
    return this.#permissions.explain(organizationOf(caller), input.userId ?? personOf(caller).userId, input);
  }

  async admitSignUp(_caller: Caller, input: AdmitSignUpInput) {
    return this.#enrolment.admit(input);
  }

  async enrol(_caller: Caller, input: EnrolInput) {
    return this.#enrolment.enrol(input);
  }

  async createUser(_caller: Caller, input: CreateUserInput) {
    return this.#people.create(input);
  }

  async findUser(_caller: Caller, input: FindUserInput): Promise<MaybeUser> {
    return { user: await this.#people.find(input) };
  }

  async queryUsers(_caller: Caller, input: QueryUsersInput) {
    return { items: await this.#people.query(input) };
  }

  async countUsers(_caller: Caller, input: CountUsersInput) {
    return { count: await this.#people.count(input) };
  }

  async updateUser(_caller: Caller, { id, changes, version }: UpdateUserInput): Promise<MaybeUser> {
    const row = await this.#people.update(id, changes, version);
    return { user: row && userOf(row) };
  }

  async deleteUser(_caller: Caller, { id }: DeleteUserInput): Promise<MaybeUser> {
    const present = await this.#people.get(id);
    if (!present) return { user: null };
    await this.#enrolment.undo(present);
    const row = await this.#people.delete(id);
    return { user: row && userOf(row) };
  }

  async listMemberships(_caller: Caller, { userId }: ListMembershipsInput) {
    return { items: await this.#organizations.listOf(userId) };
  }

  async permissionsOf(_caller: Caller, { userId, organizationId }: PermissionsOfInput) {
    return this.#permissions.of(userId, organizationId);
  }
}
