import { accountLockedEvent, type IssuedSession, type SignInInput } from "@coder/api/auth";
import { isAppError, type Caller, type UserId } from "@coder/shared";
import type { Connection, ILogger } from "@coder/shared/trpc";
import { hashingBusy, invalidCredentials } from "../errors.ts";
import type { PasswordHasher } from "../passwords/PasswordHasher.ts";
import type { SessionStore } from "../sessions/SessionStore.ts";
import type { Credential, Credentials } from "./Credentials.ts";
import type { BegunSession, Identity } from "./Identity.ts";
import { networkOf } from "./network.ts";
import type { Registration } from "./Registration.ts";
import type { Attempt, Throttle } from "./Throttle.ts";

export interface SignInDeps {
  readonly throttle: Throttle;
  readonly credentials: Credentials;
  readonly hasher: PasswordHasher;
  readonly identity: Identity;
  readonly sessions: SessionStore;
  readonly registration: Registration;
  readonly log: ILogger;
}

/** Sign-in with address and password. */
export class SignIn {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  async run(caller: Caller, { email, password }: SignInInput, connection: Connection): Promise<IssuedSession> {
    const { throttle, identity, registration } = this.#deps;
    const network = await throttle.attempt("network", networkOf(connection.address));
    const account = await this.#attemptOnAccount(email, network);
    const credential = await this.checked(email, password, account, [network]);
    await account.clear();
    await network.release();
    await registration.complete(credential, {});
    const session = await identity.beginSession(credential.user.id, connection);
    await this.#requireUnchanged(credential, password, session);
    await this.endReplaced(caller);
    await this.#renewHash(credential, password);
    return issued(session);
  }

  /** The person and account that the password opens; otherwise `invalid_credentials`, after the same work for every address. */
  async checked(email: string, password: string, attempt: Attempt, others: readonly Attempt[]): Promise<Credential> {
    const { credentials, hasher } = this.#deps;
    const { user, account } = await credentials.find(email);
    const right = await hasher.verify(account?.password ?? null, password).catch(async (error: unknown) => {
      // Nobody looked at the password, so it was no guess.
      if (isAppError(error) && error.code === hashingBusy().code) for (const each of [attempt, ...others]) await each.release();
      throw error;
    });
    if (user && account && right) return { user, account };
    await this.#failed(attempt, user?.id ?? null);
    throw invalidCredentials();
  }

  /** Whoever signs in again from a browser leaves the session it had before. */
  async endReplaced(caller: Caller): Promise<void> {
    if (caller.kind === "user") await this.#deps.sessions.revoke(caller.userId, caller.sessionId, "replaced");
  }

  async #attemptOnAccount(email: string, network: Attempt): Promise<Attempt> {
    try {
      return await this.#deps.throttle.attempt("account", email);
    } catch (error) {
      // A locked account costs nothing, and says nothing about the network that asks.
      await network.release();
      throw error;
    }
  }

  async #failed(attempt: Attempt, userId: UserId | null): Promise<void> {
    const { lockedUntil, failures } = attempt;
    if (lockedUntil === null) return;
    this.#deps.log.warn({ userId, failures, lockedUntil }, "Too many wrong passwords: the account is locked for a while");
    await attempt.fail(userId === null ? {} : { emit: [accountLockedEvent.with({ userId, failures, lockedUntil })] });
  }

  /** A password changed while it was being checked ends the sessions of the old one; this one would have slipped through. */
  async #requireUnchanged({ user, account }: Credential, password: string, session: BegunSession): Promise<void> {
    const { credentials, hasher, sessions } = this.#deps;
    const present = await credentials.get(account.id);
    if (present?.password === account.password) return;
    if (present && (await hasher.verify(present.password, password))) return;
    await sessions.revoke(user.id, session.id, "password_changed");
    throw invalidCredentials();
  }

  /** Costs were raised since the password was set: now that it is known, it is hashed anew. */
  async #renewHash({ account }: Credential, password: string): Promise<void> {
    const { hasher, credentials, log } = this.#deps;
    if (account.password === null || !hasher.isOutdated(account.password)) return;
    try {
      await credentials.replace(account, await hasher.hash(password));
    } catch (error) {
      log.warn({ err: error }, "A password's hash could not be renewed; the next sign-in tries again");
    }
  }
}

export function issued({ id, userId, organizationId, expiresAt, token }: BegunSession): IssuedSession {
  return { sessionId: id, userId, organizationId, expiresAt: expiresAt.toISOString(), token };
}
