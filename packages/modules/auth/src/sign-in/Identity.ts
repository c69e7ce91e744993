import { OrganizationIdSchema, SessionIdSchema, UserIdSchema, type OrganizationId, type UserId } from "@coder/shared";
import type { Connection } from "@coder/shared/trpc";
import { z } from "zod";
import type { createBetterAuth } from "../better-auth/create-better-auth.ts";
import { printable } from "../sessions/device.ts";

const MAX_ADDRESS = 100;
const MAX_USER_AGENT = 500;

const PersonSchema = z.object({ id: UserIdSchema });
const AccountSchema = z.object({ id: z.uuid() });
const BegunSessionSchema = z.object({
  id: SessionIdSchema,
  userId: UserIdSchema,
  organizationId: OrganizationIdSchema.nullable(),
  token: z.string(),
  expiresAt: z.date(),
});
export type BegunSession = z.output<typeof BegunSessionSchema>;

/** Makes people, passwords and sessions through better-auth's models, so that its hooks and plugins see them. */
export class Identity {
  readonly #betterAuth: ReturnType<typeof createBetterAuth>;

  constructor(deps: { betterAuth: ReturnType<typeof createBetterAuth> }) {
    this.#betterAuth = deps.betterAuth;
  }

  /** `already_exists` when the address is taken. */
  async createPerson(person: { email: string; name: string }): Promise<UserId> {
    const { internalAdapter } = await this.#betterAuth.$context;
    return PersonSchema.parse(await internalAdapter.createUser({ ...person, emailVerified: false }, { method: "email-password" })).id;
  }

  /** The account's id; `already_exists` when the person has one. */
  async linkPassword(userId: UserId, passwordHash: string, providerId: string): Promise<string> {
    const { internalAdapter } = await this.#betterAuth.$context;
    return AccountSchema.parse(await internalAdapter.linkAccount({ userId, providerId, accountId: userId, password: passwordHash })).id;
  }

  /** A new session with a new token. Without an organization it acts where the person was last. */
  async beginSession(userId: UserId, connection: Connection, organizationId?: OrganizationId): Promise<BegunSession> {
    const { internalAdapter } = await this.#betterAuth.$context;
    const facts = {
      ipAddress: printable(connection.address, MAX_ADDRESS),
      userAgent: printable(connection.userAgent, MAX_USER_AGENT),
      ...(organizationId === undefined ? {} : { organizationId }),
    };
    return BegunSessionSchema.parse(await internalAdapter.createSession(userId, false, facts, true));
  }
}
