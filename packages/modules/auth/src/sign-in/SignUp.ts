import type { IssuedSession, SignUpInput } from "@coder/api/auth";
import { unlessExists } from "@coder/db";
import { isAppError, type Caller } from "@coder/shared";
import type { Connection, ILogger } from "@coder/shared/trpc";
import type { Directory } from "../directory.ts";
import type { AccountRow } from "../entities.ts";
import { emailTaken } from "../errors.ts";
import type { PasswordHasher } from "../passwords/PasswordHasher.ts";
import type { PasswordPolicy } from "../passwords/PasswordPolicy.ts";
import type { Credential, Credentials } from "./Credentials.ts";
import type { Identity } from "./Identity.ts";
import { networkOf } from "./network.ts";
import type { Registration } from "./Registration.ts";
import { issued, type SignIn } from "./SignIn.ts";
import type { Throttle } from "./Throttle.ts";

/** Refusals that tell a guesser something; each counts against the network. */
const GUESSES = ["email_taken", "invitation_invalid", "setup_code_wrong"];

/** No request takes this long. */
const ABANDONED_AFTER_MS = 10 * 60_000;

export interface SignUpDeps {
  readonly throttle: Throttle;
  readonly users: Directory;
  readonly policy: PasswordPolicy;
  readonly hasher: PasswordHasher;
  readonly identity: Identity;
  readonly credentials: Credentials;
  readonly registration: Registration;
  readonly signIn: SignIn;
  readonly now: () => number;
  readonly log: ILogger;
}

/**
 * Makes an account: person, password, organization, session, in this order. Each step is one write in one module; a step that is
 * refused undoes those before, and one that a crash cut off is taken up by the next sign-up or sign-in with the same password,
 * or, after a while, by anybody who may sign up with the address.
 */
export class SignUp {
  readonly #deps: SignUpDeps;

  constructor(deps: SignUpDeps) {
    this.#deps = deps;
  }

  async run(caller: Caller, input: SignUpInput, connection: Connection): Promise<IssuedSession> {
    const network = await this.#deps.throttle.attempt("network", networkOf(connection.address));
    try {
      const session = await this.#signUp(input, connection);
      await network.release();
      await this.#deps.signIn.endReplaced(caller);
      return session;
    } catch (error) {
      if (!(isAppError(error) && GUESSES.includes(error.code))) await network.release();
      throw error;
    }
  }

  async #signUp(input: SignUpInput, connection: Connection): Promise<IssuedSession> {
    const { users, policy, hasher, identity } = this.#deps;
    const { email, password, name, invitationToken, setupCode } = input;
    // Before anything is looked up or hashed: who may not sign up learns nothing about who has.
    await users.admitSignUp({ email, ...(invitationToken === undefined ? {} : { invitationToken }), ...(setupCode === undefined ? {} : { setupCode }) });
    await policy.check(password, { email, name });
    const credential = await this.#claim(input, await hasher.hash(password));
    const enrolment = await this.#enrol(credential, input);
    return issued(await identity.beginSession(credential.user.id, connection, enrolment?.organizationId));
  }

  /** The account this sign-up goes on with: a new one, or one that an earlier sign-up could not finish. */
  async #claim({ email, password, name }: SignUpInput, passwordHash: string): Promise<Credential> {
    const { identity, credentials, hasher } = this.#deps;
    await unlessExists(identity.createPerson({ email, name }));
    const { user, account } = await credentials.find(email);
    if (!user) throw emailTaken();
    if (account) {
      const own = account.admittedAt === null && ((await hasher.verify(account.password, password)) || (await this.#takeOver(account, passwordHash)));
      const present = own ? await credentials.get(account.id) : null;
      if (!present) throw emailTaken();
      return { user, account: present };
    }
    // Somebody who signs in another way has the address too.
    const linked = (await credentials.count(user.id)) === 0 ? await credentials.link(user.id, passwordHash) : null;
    if (!linked) throw emailTaken();
    return { user, account: linked };
  }

  /** A sign-up that nobody finished and that let nobody in does not keep its address from others for ever. */
  async #takeOver(account: AccountRow, passwordHash: string): Promise<boolean> {
    const { users, credentials, now } = this.#deps;
    if (now() - Date.parse(account.updatedAt) < ABANDONED_AFTER_MS) return false;
    const { items } = await users.listMemberships({ userId: account.userId });
    return items.length === 0 && credentials.replace(account, passwordHash);
  }

  async #enrol(credential: Credential, input: SignUpInput) {
    try {
      return await this.#deps.registration.complete(credential, input);
    } catch (error) {
      await this.#undo(credential);
      throw error;
    }
  }

  /** Leaves nothing behind, unless the person belongs to an organization after all: then the sign-up is only unfinished. */
  async #undo({ user, account }: Credential): Promise<void> {
    const { users, credentials, log } = this.#deps;
    try {
      await users.deleteUser({ id: user.id });
      await credentials.remove(account);
    } catch (error) {
      log.warn({ err: error, userId: user.id }, "A refused sign-up could not be undone; repeating it with the same password goes on where it stopped");
    }
  }
}
