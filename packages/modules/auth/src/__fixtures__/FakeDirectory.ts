import type { OwnOrganization, User } from "@coder/api/user-management";
import { AppError, OrganizationIdSchema, UserIdSchema, type OrganizationId, type UserId } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { CleanedWhere } from "better-auth/adapters";
import { compare, matches } from "../better-auth/where.ts";
import type { Directory } from "../directory.ts";

/** user-management, as far as auth asks it, in memory. The real one is met where the modules run together. */
export class FakeDirectory implements Directory {
  readonly users = new Map<UserId, User>();
  readonly memberships = new Map<UserId, OwnOrganization[]>();
  readonly invitations = new Set<string>();
  signUpIs: "invitation" | "open" = "invitation";
  setupCode: string | null = null;
  /** Called before each operation: throws, or waits, to stand for what can go wrong in another module. */
  before: (operation: keyof Directory) => void | Promise<void> = () => {};
  readonly calls: string[] = [];
  #owner: UserId | null = null;

  admitSignUp: Directory["admitSignUp"] = async ({ invitationToken, setupCode }) => {
    await this.#enter("admitSignUp");
    this.#admit(invitationToken, setupCode);
    return { allowed: true };
  };

  enrol: Directory["enrol"] = async ({ userId: id, invitationToken, setupCode }) => {
    await this.#enter("enrol");
    const userId = UserIdSchema.parse(id);
    if (!this.users.has(userId)) throw refused("not_found", "user_not_found");
    const [present] = this.memberships.get(userId) ?? [];
    if (present) return { organizationId: present.organizationId, role: present.role, installationAdmin: this.#owner === userId };
    this.#admit(invitationToken, setupCode);
    const first = this.#owner === null;
    if (first) this.#owner = userId;
    if (invitationToken) this.invitations.delete(invitationToken);
    const organizationId = this.join(userId, invitationToken ? "member" : "owner");
    return { organizationId, role: invitationToken ? "member" : "owner", installationAdmin: first };
  };

  createUser: Directory["createUser"] = async ({ email, name, image = null, emailVerified = false }) => {
    await this.#enter("createUser");
    if (this.#byEmail(email)) throw refused("conflict", "already_exists");
    const time = new Date().toISOString();
    const user = { id: newId(UserIdSchema), email, name, image, emailVerified, createdAt: time, updatedAt: time, version: "1" };
    this.users.set(user.id, user);
    return user;
  };

  findUser: Directory["findUser"] = async (input) => {
    await this.#enter("findUser");
    return { user: "id" in input ? (this.users.get(UserIdSchema.parse(input.id)) ?? null) : this.#byEmail(input.email) };
  };

  queryUsers: Directory["queryUsers"] = async ({ where = [], sortBy, limit = 100, offset = 0 }) => {
    await this.#enter("queryUsers");
    const found = [...this.users.values()].filter((user) => matches({ ...user }, where.map(cleaned)));
    if (sortBy) found.sort((left, right) => (sortBy.direction === "asc" ? 1 : -1) * compare(left[sortBy.field], right[sortBy.field]));
    return { items: found.slice(offset, offset + limit) };
  };

  countUsers: Directory["countUsers"] = async ({ where }) => {
    await this.#enter("countUsers");
    return { count: (await this.queryUsers({ ...(where ? { where } : {}), limit: 1_000 })).items.length };
  };

  updateUser: Directory["updateUser"] = async ({ id, changes, version }) => {
    await this.#enter("updateUser");
    const user = this.users.get(UserIdSchema.parse(id));
    if (!user) return { user: null };
    if (version !== undefined && version !== user.version) throw refused("conflict", "version_conflict");
    const { name = user.name, email = user.email, emailVerified = user.emailVerified, image = user.image } = changes;
    const changed = { ...user, name, email, emailVerified, image, updatedAt: new Date().toISOString(), version: String(Number(user.version) + 1) };
    this.users.set(user.id, changed);
    return { user: changed };
  };

  deleteUser: Directory["deleteUser"] = async ({ id }) => {
    await this.#enter("deleteUser");
    const userId = UserIdSchema.parse(id);
    if ((this.memberships.get(userId) ?? []).length > 0) throw refused("conflict", "still_member");
    const user = this.users.get(userId) ?? null;
    this.users.delete(userId);
    return { user };
  };

  listMemberships: Directory["listMemberships"] = async ({ userId }) => {
    await this.#enter("listMemberships");
    return { items: [...(this.memberships.get(UserIdSchema.parse(userId)) ?? [])] };
  };

  permissionsOf: Directory["permissionsOf"] = async ({ userId, organizationId }) => {
    await this.#enter("permissionsOf");
    const id = UserIdSchema.parse(userId);
    const membership = (this.memberships.get(id) ?? []).find((item) => item.organizationId === organizationId);
    return { role: membership?.role ?? null, status: membership?.status ?? null, installationAdmin: this.#owner === id, permissions: membership ? ["auth.session.read", `as.${membership.role}`] : ["auth.session.read"] };
  };

  join(userId: UserId, role: OwnOrganization["role"]): OrganizationId {
    const organizationId = newId(OrganizationIdSchema);
    const membership = { organizationId, name: "Organization", role, status: "active", joinedAt: new Date().toISOString() } as const;
    this.memberships.set(userId, [...(this.memberships.get(userId) ?? []), membership]);
    return organizationId;
  }

  #admit(invitationToken: string | undefined, setupCode: string | undefined): void {
    if (invitationToken !== undefined) {
      if (!this.invitations.has(invitationToken)) throw refused("not_found", "invitation_invalid");
    } else if (this.#owner === null) {
      if (this.setupCode !== null && setupCode !== this.setupCode) throw refused("forbidden", "setup_code_wrong");
    } else if (this.signUpIs !== "open") throw refused("forbidden", "sign_up_closed");
  }

  #byEmail(email: string): User | null {
    return [...this.users.values()].find((user) => user.email.toLowerCase() === email.toLowerCase()) ?? null;
  }

  async #enter(operation: keyof Directory): Promise<void> {
    this.calls.push(operation);
    await this.before(operation);
  }
}

type Condition = NonNullable<Parameters<Directory["queryUsers"]>[0]["where"]>[number];

function cleaned({ field, operator = "eq", value, connector = "AND", mode = "sensitive" }: Condition): CleanedWhere {
  const texts = Array.isArray(value) ? value.map(String) : value;
  return { field, operator, value: texts, connector, mode };
}

function refused(kind: "not_found" | "conflict" | "forbidden", code: string): AppError {
  return new AppError(kind, code, code, { remedy: "None." });
}
