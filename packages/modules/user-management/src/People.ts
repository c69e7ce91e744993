import {
  profileUpdatedEvent, type CountUsersInput, type CreateUserInput, type FindUserInput, type QueryUsersInput, type UpdateUserInput, type User, type UserCondition,
} from "@coder/api/user-management";
import { eachRow, unlessConflict } from "@coder/db";
import { UserIdSchema, type UserId } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { UserRow } from "./entities.ts";
import { queryTooBroad } from "./errors.ts";
import type { Tables } from "./Tables.ts";
import { byField, emailKeyOf, meets, narrow } from "./user-query.ts";

/** Reading everybody for one question is refused from here on. */
const MAX_SCANNED = 10_000;

type Changes = UpdateUserInput["changes"];

/** The accounts: what auth keeps here, and whose names are shown. */
export class People {
  readonly #tables: Tables;
  readonly #now: () => Date;
  readonly #maxScanned: number;

  constructor(deps: { tables: Tables; now: () => Date; maxScanned?: number }) {
    this.#tables = deps.tables;
    this.#now = deps.now;
    this.#maxScanned = deps.maxScanned ?? MAX_SCANNED;
  }

  async create({ id, createdAt, updatedAt, ...fields }: CreateUserInput): Promise<User> {
    const time = this.#now().toISOString();
    const row = { ...fields, id: id ?? newId(UserIdSchema), emailKey: emailKeyOf(fields.email), homeOrganizationId: null, createdAt: createdAt ?? time, updatedAt: updatedAt ?? time };
    return userOf(await this.#tables.users.insert(row));
  }

  get(id: UserId): Promise<UserRow | null> {
    return this.#tables.users.get(id);
  }

  async byId(ids: readonly UserId[]): Promise<ReadonlyMap<UserId, UserRow>> {
    if (ids.length === 0) return new Map();
    const { items } = await this.#tables.users.query({ id: { in: [...new Set(ids)] } }, { limit: 1_000 });
    return new Map(items.map((row) => [row.id, row]));
  }

  async find(input: FindUserInput): Promise<User | null> {
    const row = "id" in input ? await this.get(input.id) : await this.#tables.users.findOne({ emailKey: emailKeyOf(input.email) });
    return row && userOf(row);
  }

  async query({ where, sortBy, limit, offset }: QueryUsersInput): Promise<User[]> {
    const enough = sortBy ? Number.POSITIVE_INFINITY : offset + limit;
    const rows = await this.#matching(where, enough);
    if (sortBy) rows.sort(byField(sortBy.field, sortBy.direction));
    return rows.slice(offset, offset + limit).map(userOf);
  }

  async count({ where }: CountUsersInput): Promise<number> {
    return where.length === 0 ? this.#tables.users.count({}) : (await this.#matching(where, Number.POSITIVE_INFINITY)).length;
  }

  /** Null when there is no such person, or when they are no longer at `version`, which is an error only where one was given. */
  async update(id: UserId, changes: Changes, version?: string): Promise<UserRow | null> {
    const present = await this.get(id);
    if (!present) return null;
    const set = { ...defined(changes), updatedAt: changes.updatedAt ?? this.#now().toISOString(), ...(changes.email === undefined ? {} : { emailKey: emailKeyOf(changes.email) }) };
    const fields = SHOWN.filter((field) => changes[field] !== undefined && changes[field] !== present[field]);
    const options = {
      ...(version === undefined ? {} : { etag: version }),
      ...(fields.length === 0 ? {} : { emit: [profileUpdatedEvent.with({ userId: id, fields })] }),
    };
    const write = this.#tables.users.update(id, set, options);
    return version === undefined ? unlessConflict(write) : write;
  }

  async delete(id: UserId): Promise<UserRow | null> {
    return this.#tables.users.delete(id);
  }

  async #matching(where: readonly UserCondition[], enough: number): Promise<UserRow[]> {
    const filter = narrow(where);
    if (!filter) return [];
    const found: UserRow[] = [];
    let scanned = 0;
    if (enough < 1) return found;
    for await (const row of eachRow(this.#tables.users, filter)) {
      if (++scanned > this.#maxScanned) throw queryTooBroad(this.#maxScanned);
      if (meets(row, where) && found.push(row) >= enough) break;
    }
    return found;
  }
}

const SHOWN = ["name", "email", "emailVerified", "image"] as const;

/** An absent field stays as it is; the repository must not see it as a value. */
function defined(changes: Changes) {
  const { name, email, emailVerified, image, createdAt } = changes;
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(image === undefined ? {} : { image }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

export function userOf({ id, name, email, emailVerified, image, createdAt, updatedAt, etag }: UserRow): User {
  return { id, name, email, emailVerified, image, createdAt, updatedAt, version: etag };
}
