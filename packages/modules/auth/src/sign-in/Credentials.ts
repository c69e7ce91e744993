import { userRegisteredEvent } from "@coder/api/auth";
import type { User } from "@coder/api/user-management";
import { unlessConflict, unlessExists, type IDatabase, type Stored, type WriteEffects } from "@coder/db";
import { UserIdSchema, type UserId } from "@coder/shared";
import type { ClockGuard } from "../ClockGuard.ts";
import type { Directory } from "../directory.ts";
import { accountEntity, type AccountRow } from "../entities.ts";
import type { Identity } from "./Identity.ts";

/** better-auth's name for the password among the ways to sign in. */
const PASSWORD_PROVIDER = "credential";
/** Nobody's id. */
const NOBODY = UserIdSchema.parse("00000000-0000-0000-0000-000000000000");

export interface Credential {
  readonly user: User;
  readonly account: Stored<AccountRow>;
}

export interface CredentialsDeps {
  readonly database: IDatabase;
  readonly users: Directory;
  readonly identity: Identity;
  readonly clock: ClockGuard;
}

/** Passwords' hashes: whose they are, and the exact steps of their life. */
export class Credentials {
  readonly #deps: CredentialsDeps;

  constructor(deps: CredentialsDeps) {
    this.#deps = deps;
  }

  /** Does the same work whether or not somebody has the address, and a password. */
  async find(email: string): Promise<{ user: User | null; account: Stored<AccountRow> | null }> {
    const { user } = await this.#deps.users.findUser({ email });
    const account = await this.of(user?.id ?? NOBODY);
    return { user, account };
  }

  of(userId: UserId): Promise<Stored<AccountRow> | null> {
    return this.#accounts().findOne({ providerId: PASSWORD_PROVIDER, accountId: userId });
  }

  get(id: string): Promise<Stored<AccountRow> | null> {
    return this.#accounts().get(id);
  }

  /** How many ways to sign in the person has. */
  count(userId: UserId): Promise<number> {
    return this.#accounts().count({ userId });
  }

  /** Gives a person their password. Null: they got one in the meantime. Of parallel sign-ups with one address this decides which goes on. */
  async link(userId: UserId, passwordHash: string): Promise<Stored<AccountRow> | null> {
    const linked = await unlessExists(this.#deps.identity.linkPassword(userId, passwordHash, PASSWORD_PROVIDER));
    return linked === null ? null : this.get(linked);
  }

  /** The sign-up is complete. Says so once, whoever finds out first. */
  async admit(account: AccountRow): Promise<void> {
    const now = this.#time();
    const changes = { admittedAt: now, updatedAt: now };
    await unlessConflict(this.#accounts().update(account.id, changes, { where: { admittedAt: null }, emit: [userRegisteredEvent.with({ userId: account.userId })] }));
  }

  /** Sets another hash while the one that was read still holds. False: it was changed in the meantime. */
  async replace(account: AccountRow, passwordHash: string, effects: WriteEffects = {}): Promise<boolean> {
    const changes = { password: passwordHash, updatedAt: this.#time() };
    return (await unlessConflict(this.#accounts().update(account.id, changes, { ...effects, where: { password: account.password } }))) !== null;
  }

  /** Takes away what a refused sign-up left. A complete one stays. */
  async remove(account: AccountRow): Promise<void> {
    await unlessConflict(this.#accounts().delete(account.id, { where: { admittedAt: null } }));
  }

  #time(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }

  #accounts() {
    return this.#deps.database.system("sign-in").repository(accountEntity);
  }
}
