import type { IDatabase, IRepository, RowOf } from "@coder/db";
import { systemCaller, type OrganizationId, type UserCaller } from "@coder/shared";
import { installationEntity, invitationEntity, membershipEntity, organizationEntity, preferencesEntity, userEntity } from "./entities.ts";

/** The module's tables, each in the narrowest scope its work allows. */
export class Tables {
  readonly #database: IDatabase;

  constructor(deps: { database: IDatabase }) {
    this.#database = deps.database;
  }

  /** One organization's rows, whoever asks: who may is decided before. */
  of(organizationId: OrganizationId) {
    const scope = this.#database.for(systemCaller("user-management", organizationId));
    return {
      organizations: scope.repository(organizationEntity),
      memberships: scope.repository(membershipEntity),
      invitations: scope.repository(invitationEntity),
    };
  }

  preferences(caller: UserCaller): IRepository<RowOf<typeof preferencesEntity>> {
    return this.#database.for(caller).repository(preferencesEntity);
  }

  get users(): IRepository<RowOf<typeof userEntity>> {
    return this.#database.system("people").repository(userEntity);
  }

  /** For the question to which organizations somebody belongs. */
  get everyMembership(): IRepository<RowOf<typeof membershipEntity>> {
    return this.#database.system("membership").repository(membershipEntity);
  }

  get everyOrganization(): IRepository<RowOf<typeof organizationEntity>> {
    return this.#database.system("membership").repository(organizationEntity);
  }

  /** For the question which invitation a token is. */
  get everyInvitation(): IRepository<RowOf<typeof invitationEntity>> {
    return this.#database.system("sign-in").repository(invitationEntity);
  }

  get installation(): IRepository<RowOf<typeof installationEntity>> {
    return this.#database.system("sign-in").repository(installationEntity);
  }
}
