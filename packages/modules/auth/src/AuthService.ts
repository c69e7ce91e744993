import type {
  ChangePasswordInput, CurrentSession, IAuthService, IssuedSession, LastSeen, LastSeenOfInput, ListSessionsInput, ListSessionsOfInput, ResetPasswordInput,
  ResetPasswordResult, ResolvedSession, ResolveSessionInput, RevokedSessions, RevokeSessionInput, RevokeSessionsOfInput, SessionPage, SignInInput, SignUpInput,
  SwitchedOrganization, SwitchOrganizationInput,
} from "@coder/api/auth";
import { personOf, type Caller, type Done } from "@coder/shared";
import type { Connection } from "@coder/shared/trpc";
import type { Directory } from "./directory.ts";
import { organizationNotFound, sessionEnded, sessionNotFound } from "./errors.ts";
import type { Passwords } from "./passwords/Passwords.ts";
import { activeMemberships } from "./sessions/memberships.ts";
import type { SessionStore } from "./sessions/SessionStore.ts";
import type { SignIn } from "./sign-in/SignIn.ts";
import type { SignUp } from "./sign-in/SignUp.ts";

export interface AuthServiceDeps {
  readonly users: Directory;
  readonly sessions: SessionStore;
  readonly signIn: SignIn;
  readonly signUp: SignUp;
  readonly passwords: Passwords;
}

/** Proves who somebody is and runs the life of a sign-in. */
export class AuthService implements IAuthService {
  readonly #deps: AuthServiceDeps;

  constructor(deps: AuthServiceDeps) {
    this.#deps = deps;
  }

  signUp(caller: Caller, input: SignUpInput, connection: Connection): Promise<IssuedSession> {
    return this.#deps.signUp.run(caller, input, connection);
  }

  signIn(caller: Caller, input: SignInInput, connection: Connection): Promise<IssuedSession> {
    return this.#deps.signIn.run(caller, input, connection);
  }

  async signOut(caller: Caller): Promise<Done> {
    const person = personOf(caller);
    await this.#deps.sessions.revoke(person.userId, person.sessionId, "signed_out");
    return {};
  }

  async currentSession(caller: Caller): Promise<CurrentSession> {
    const person = personOf(caller);
    const { users, sessions } = this.#deps;
    const { userId } = person;
    const [session, { user }, memberships] = await Promise.all([sessions.current(person), users.findUser({ id: userId }), activeMemberships(users, userId)]);
    if (!session || !user) throw sessionEnded();
    const organizations = memberships.map(({ organizationId: id, name, role }) => ({ id, name, role }));
    const organization = organizations.find(({ id }) => id === session.organizationId) ?? null;
    const { permissions, installationAdmin } = await users.permissionsOf({ userId, organizationId: organization?.id ?? null });
    return {
      sessionId: session.id,
      createdAt: session.createdAt,
      expiresAt: session.expiresAt,
      user: { id: user.id, email: user.email, name: user.name },
      organization,
      organizations,
      installationAdmin,
      permissions,
    };
  }

  listSessions(caller: Caller, input: ListSessionsInput): Promise<SessionPage> {
    return this.#deps.sessions.listOwn(personOf(caller), input);
  }

  async revokeSession(caller: Caller, { id }: RevokeSessionInput): Promise<RevokedSessions> {
    if (!(await this.#deps.sessions.revoke(personOf(caller).userId, id, "revoked"))) throw sessionNotFound();
    return { revoked: 1 };
  }

  async revokeOtherSessions(caller: Caller): Promise<RevokedSessions> {
    const person = personOf(caller);
    return { revoked: await this.#deps.sessions.revokeAll(person.userId, "revoked", person.sessionId) };
  }

  changePassword(caller: Caller, input: ChangePasswordInput): Promise<RevokedSessions> {
    return this.#deps.passwords.change(personOf(caller), input);
  }

  async switchOrganization(caller: Caller, { organizationId }: SwitchOrganizationInput): Promise<SwitchedOrganization> {
    const person = personOf(caller);
    const { users, sessions } = this.#deps;
    const memberships = await activeMemberships(users, person.userId);
    if (!memberships.some((membership) => membership.organizationId === organizationId)) throw organizationNotFound();
    if (!(await sessions.setOrganization(person, organizationId))) throw sessionEnded();
    return { organizationId };
  }

  async resolveSession(_caller: Caller, { token }: ResolveSessionInput): Promise<ResolvedSession> {
    const session = await this.#deps.sessions.resolve(token);
    return session && { sessionId: session.id, userId: session.userId, organizationId: session.organizationId };
  }

  listSessionsOf(_caller: Caller, { userId, ...page }: ListSessionsOfInput): Promise<SessionPage> {
    return this.#deps.sessions.listOf(userId, page);
  }

  async lastSeenOf(_caller: Caller, { organizationId, userIds }: LastSeenOfInput): Promise<LastSeen> {
    const seen = await this.#deps.sessions.lastSeen(organizationId, userIds);
    return { items: [...seen].map(([userId, lastUsedAt]) => ({ userId, lastUsedAt })) };
  }

  async revokeSessionsOf(_caller: Caller, { userId, sessionId }: RevokeSessionsOfInput): Promise<RevokedSessions> {
    const { sessions } = this.#deps;
    if (sessionId === undefined) return { revoked: await sessions.revokeAll(userId, "administrator") };
    return { revoked: (await sessions.revoke(userId, sessionId, "administrator")) ? 1 : 0 };
  }

  resetPassword(_caller: Caller, input: ResetPasswordInput): Promise<ResetPasswordResult> {
    return this.#deps.passwords.reset(input);
  }
}
