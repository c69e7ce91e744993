import type { User } from "@coder/api/user-management";
import type { userManagementRouter } from "@coder/api/user-management/router";
import { isAppError } from "@coder/shared";
import type { ClientOf } from "@coder/shared/trpc";
import type { CleanedWhere } from "better-auth/adapters";
import { z } from "zod";
import type { FindOptions, IModelStore, ModelRow, ModelValues } from "./model-store.ts";

type Directory = Pick<ClientOf<typeof userManagementRouter>, "createUser" | "queryUsers" | "countUsers" | "updateUser" | "deleteUser">;
type QueryInput = Parameters<Directory["queryUsers"]>[0];
type Conditions = NonNullable<QueryInput["where"]>;

/** Most rows that user-management gives at once. */
const PAGE = 1_000;

const FieldSchema = z.enum(["id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"]);
const ProfileSchema = z.object({ name: z.string(), email: z.string(), emailVerified: z.boolean(), image: z.string().nullable() });
const ChangesSchema = ProfileSchema.partial();

/** People are user-management's. This carries better-auth's `user` model there, and keeps nothing. */
export class UserModelStore implements IModelStore {
  /** Made for each call: who asks is the product itself. */
  readonly #users: () => Directory;

  constructor(users: () => Directory) {
    this.#users = users;
  }

  async create(row: ModelRow): Promise<ModelRow> {
    const { name, email, emailVerified, image } = ProfileSchema.parse({ emailVerified: false, image: null, ...row });
    return rowOf(await this.#users().createUser({ name, email, emailVerified, image: image || null }));
  }

  async find(where: readonly CleanedWhere[], { limit, offset = 0, sortBy }: FindOptions): Promise<ModelRow[]> {
    const query = { where: conditionsOf(where), ...(sortBy ? { sortBy: { field: FieldSchema.parse(sortBy.field), direction: sortBy.direction } } : {}) };
    const found: ModelRow[] = [];
    while (found.length < limit) {
      const size = Math.min(PAGE, limit - found.length);
      const { items } = await this.#users().queryUsers({ ...query, limit: size, offset: offset + found.length });
      found.push(...items.map(rowOf));
      if (items.length < size) break;
    }
    return found;
  }

  async count(where: readonly CleanedWhere[]): Promise<number> {
    return (await this.#users().countUsers({ where: conditionsOf(where) })).count;
  }

  async replace(row: ModelRow, changes: ModelValues): Promise<ModelRow | null> {
    try {
      const version = z.string().parse(row["version"]);
      const { user } = await this.#users().updateUser({ id: row.id, changes: ChangesSchema.parse(changes), version });
      return user && rowOf(user);
    } catch (error) {
      if (isAppError(error) && error.code === "version_conflict") return null;
      throw error;
    }
  }

  async remove(row: ModelRow): Promise<ModelRow | null> {
    const { user } = await this.#users().deleteUser({ id: row.id });
    return user && rowOf(user);
  }
}

function rowOf(user: User): ModelRow {
  return { ...user };
}

function conditionsOf(where: readonly CleanedWhere[]): Conditions {
  return where.map(({ field, operator, value, connector, mode }) => ({
    field: FieldSchema.parse(field),
    operator: operator ?? "eq",
    value: value instanceof Date ? value.toISOString() : value,
    connector: connector ?? "AND",
    mode: mode ?? "sensitive",
  }));
}
