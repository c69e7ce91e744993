import { randomInt } from "node:crypto";
import { passwordChangedEvent, type ChangePasswordInput, type ResetPasswordInput, type ResetPasswordResult, type RevokedSessions } from "@coder/api/auth";
import type { UserCaller } from "@coder/shared";
import type { Directory } from "../directory.ts";
import { invalidCredentials, passwordContention, userNotFound } from "../errors.ts";
import type { SessionStore } from "../sessions/SessionStore.ts";
import type { Credentials } from "../sign-in/Credentials.ts";
import type { SignIn } from "../sign-in/SignIn.ts";
import type { Throttle } from "../sign-in/Throttle.ts";
import type { PasswordHasher } from "./PasswordHasher.ts";
import type { PasswordPolicy } from "./PasswordPolicy.ts";

/** Without characters that look alike. Twenty of them are about 99 bits. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 5;
const MAX_RACES = 5;

export interface PasswordsDeps {
  readonly users: Directory;
  readonly credentials: Credentials;
  readonly sessions: SessionStore;
  readonly signIn: SignIn;
  readonly throttle: Throttle;
  readonly policy: PasswordPolicy;
  readonly hasher: PasswordHasher;
}

/** Another password for an account that has one. The sessions of the old one end after it is gone, so none can begin in between and stay. */
export class Passwords {
  readonly #deps: PasswordsDeps;

  constructor(deps: PasswordsDeps) {
    this.#deps = deps;
  }

  /** Counts like a sign-in: whoever got hold of a session cannot guess the password with it. */
  async change(caller: UserCaller, { currentPassword, newPassword }: ChangePasswordInput): Promise<RevokedSessions> {
    const { users, credentials, sessions, signIn, throttle, policy, hasher } = this.#deps;
    const { user } = await users.findUser({ id: caller.userId });
    if (!user) throw invalidCredentials();
    const attempt = await throttle.attempt("account", user.email.toLowerCase());
    const { account } = await signIn.checked(user.email, currentPassword, attempt, []);
    await attempt.clear();
    await policy.check(newPassword, user);
    const changed = await credentials.replace(account, await hasher.hash(newPassword), { emit: [passwordChangedEvent.with({ userId: caller.userId, by: "person" })] });
    if (!changed) throw invalidCredentials();
    return { revoked: await sessions.revokeAll(caller.userId, "password_changed", caller.sessionId) };
  }

  /** For whoever runs the installation, when somebody cannot sign in any more. Also opens an account that is locked. */
  async reset({ email }: ResetPasswordInput): Promise<ResetPasswordResult> {
    const { users, sessions, throttle, hasher } = this.#deps;
    const { user } = await users.findUser({ email });
    if (!user) throw userNotFound();
    const password = randomPassword();
    await this.#set(user.id, await hasher.hash(password));
    const revoked = await sessions.revokeAll(user.id, "password_reset");
    await throttle.forget("account", user.email.toLowerCase());
    return { userId: user.id, password, revoked };
  }

  async #set(userId: UserCaller["userId"], passwordHash: string): Promise<void> {
    const { credentials } = this.#deps;
    const emit = [passwordChangedEvent.with({ userId, by: "administrator" })];
    for (let races = 0; races < MAX_RACES; races++) {
      const account = await credentials.of(userId);
      if (account && (await credentials.replace(account, passwordHash, { emit }))) return credentials.admit(account);
      const linked = account ? null : await credentials.link(userId, passwordHash);
      if (linked) return credentials.admit(linked);
    }
    throw passwordContention();
  }
}

function randomPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}
