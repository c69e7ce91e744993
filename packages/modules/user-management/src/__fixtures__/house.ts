import type { authRouter } from "@coder/api/auth/router";
import { userManagementPermissions, type CreateInvitationInput, type Enrolment, type User } from "@coder/api/user-management";
import { createMemoryDatabase, type IDatabase } from "@coder/db";
import {
  isAppError, SessionIdSchema, systemCaller, type AppError, type OrganizationId, type OrganizationRole, type PermissionCatalogue, type UserCaller, type UserId,
} from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import { createServiceClient } from "@coder/shared/trpc";
import { silentLogger } from "@coder/testing";
import type { UserManagementConfig } from "../config.ts";
import { membershipEntity, organizationEntity } from "../entities.ts";
import { UserManagementService } from "../UserManagementService.ts";

export const AUTH = systemCaller("auth");

/** Permissions of two more modules, so that roles differ in what they hold. */
export const CATALOGUE: PermissionCatalogue = {
  ...userManagementPermissions,
  "logging.entry.read": { description: "Read the audit log", roles: ["owner", "admin", "auditor"] },
  "billing.account.close": { description: "Close the account", roles: ["owner"] },
  "kernel.settings.update": { description: "Change the installation's settings", roles: [], installation: true },
};

/** Settings that a test may change while the service runs. */
export class TestConfig implements ILiveConfig<UserManagementConfig> {
  value: UserManagementConfig;

  constructor(changes: Partial<UserManagementConfig> = {}) {
    const limits = { membersPerOrganization: 1_000, pendingInvitationsPerOrganization: 200, organizationsPerUser: 50 };
    this.value = { signUp: "invitation", invitationLifetimeHours: 168, setupCode: null, limits, ...changes };
  }

  onChange(): () => void {
    return () => {};
  }
}

type Sessions = { id: string; userId: string; organizationId: string | null; lastUsedAt: string }[];

/** Stands where auth does. Its outputs are auth's own schemas: what it gives would pass the border. */
export function fakeAuth(sessions: Sessions = [], fault: () => Error | null = () => null) {
  const answer = (procedure: string, input: Record<string, unknown>): unknown => {
    if (procedure === "listSessionsOf") {
      const items = sessions.filter(({ userId }) => userId === input["userId"]);
      return { items: items.map((item) => ({ ...item, device: "Firefox on Linux", address: "203.0.113.7", createdAt: item.lastUsedAt, expiresAt: item.lastUsedAt, current: false })), nextCursor: null };
    }
    if (procedure === "revokeSessionsOf") {
      const at = sessions.findIndex(({ id }) => id === input["sessionId"]);
      if (at >= 0) sessions.splice(at, 1);
      return { revoked: at >= 0 ? 1 : 0 };
    }
    if (procedure === "lastSeenOf") {
      const wanted = Array.isArray(input["userIds"]) ? input["userIds"] : [];
      return { items: sessions.filter(({ userId, organizationId }) => wanted.includes(userId) && organizationId === input["organizationId"]).map(({ userId, lastUsedAt }) => ({ userId, lastUsedAt })) };
    }
    throw new Error(`Nobody expected ${procedure}`);
  };
  return createServiceClient<typeof authRouter>(
    { module: "auth" },
    {
      call: async ({ procedure, input }) => {
        const error = fault();
        if (error) throw error;
        return answer(procedure, { ...(typeof input === "object" ? input : {}) });
      },
    },
  );
}

export interface HouseOptions {
  readonly database?: IDatabase;
  readonly config?: TestConfig;
  readonly exposed?: boolean;
  readonly sessions?: Sessions;
  readonly authFault?: () => Error | null;
  readonly clock?: Clock;
}

export class Clock {
  time = Date.parse("2026-03-01T12:00:00.000Z");
  readonly now = () => new Date(this.time);
}

/** A service on a database of its own, and short ways to fill it. */
export class House {
  readonly database: IDatabase;
  readonly config: TestConfig;
  readonly clock: Clock;
  readonly service: UserManagementService;
  #people = 0;

  constructor(options: HouseOptions = {}) {
    this.database = options.database ?? createMemoryDatabase();
    this.config = options.config ?? new TestConfig();
    this.clock = options.clock ?? new Clock();
    this.service = new UserManagementService({
      database: this.database,
      config: this.config,
      permissionCatalogue: CATALOGUE,
      auth: fakeAuth(options.sessions, options.authFault),
      log: silentLogger,
      exposed: options.exposed ?? false,
      now: this.clock.now,
    });
  }

  async person(name = "Ann"): Promise<User> {
    this.#people += 1;
    return this.service.createUser(AUTH, { name, email: `person${this.#people}.${newId()}@example.com`, emailVerified: false, image: null });
  }

  /** The first account, or one with an organization of its own. */
  async founder(): Promise<UserCaller & { readonly organizationId: OrganizationId }> {
    const before = this.config.value;
    this.config.value = { ...before, signUp: "open" };
    const user = await this.person();
    const { organizationId } = await this.service.enrol(AUTH, { userId: user.id });
    this.config.value = before;
    return callerOf(user.id, organizationId);
  }

  async member(owner: UserCaller, role: OrganizationRole): Promise<UserCaller & { readonly organizationId: OrganizationId }> {
    const user = await this.person();
    const { organizationId } = await this.join(owner, user.id, { role, email: null });
    return callerOf(user.id, organizationId);
  }

  async join(owner: UserCaller, userId: UserId, invitation: CreateInvitationInput): Promise<Enrolment> {
    const { token } = await this.service.createInvitation(owner, invitation);
    return this.service.enrol(AUTH, { userId, invitationToken: token });
  }

  /** What the tables say: how everybody stands, and whether the organization's row agrees. */
  async standings(organizationId: OrganizationId) {
    const scope = this.database.for(systemCaller("test", organizationId));
    const organization = await scope.repository(organizationEntity).get(organizationId);
    const { items } = await scope.repository(membershipEntity).query({}, { limit: 1_000 });
    return {
      ownerCount: organization?.ownerCount ?? null,
      noted: organization?.notedChange ?? null,
      owners: items.filter(({ role, status }) => role === "owner" && status === "active").length,
      members: new Map(items.map(({ userId, role, status }) => [userId, { role, status }])),
    };
  }
}

export function callerOf(userId: UserId, organizationId: OrganizationId): UserCaller & { readonly organizationId: OrganizationId } {
  return { kind: "user", userId, organizationId, sessionId: SessionIdSchema.parse(newId()) };
}

export async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error("It was not refused");
}
