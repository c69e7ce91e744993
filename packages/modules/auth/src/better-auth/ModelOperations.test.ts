import { createMemoryDatabase, defineEntity } from "@coder/db";
import { newId } from "@coder/shared/server";
import type { CleanedWhere } from "better-auth/adapters";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FakeDirectory } from "../__fixtures__/FakeDirectory.ts";
import { hashToken } from "../sessions/token.ts";
import { HashedFieldStore } from "./HashedFieldStore.ts";
import { ModelOperations } from "./ModelOperations.ts";
import type { IModelStore } from "./model-store.ts";
import { RepositoryModelStore } from "./RepositoryModelStore.ts";
import { UserModelStore } from "./UserModelStore.ts";

const entity = defineEntity({
  table: "test_counters",
  model: "TestCounter",
  schema: z.object({ id: z.string(), name: z.string(), uses: z.number(), left: z.number().nullable() }),
  tenancy: "system",
});

function setUp() {
  const repository = createMemoryDatabase().system("sign-in").repository(entity);
  const store = new RepositoryModelStore({ repository: () => repository, fields: Object.keys(entity.schema.shape), sortable: ["id"] });
  return { repository, store, operations: new ModelOperations(store) };
}

function by(field: string, value: CleanedWhere["value"], operator: NonNullable<CleanedWhere["operator"]> = "eq"): CleanedWhere {
  return { field, value, operator, connector: "AND", mode: "sensitive" };
}

const row = { id: "one", name: "first", uses: 0, left: 3 };

describe("consuming", () => {
  it("gives one row to exactly one of a hundred callers", async () => {
    const { store, operations, repository } = setUp();
    await store.create(row);
    const taken = await Promise.all(Array.from({ length: 100 }, () => operations.consumeOne([by("name", "first")])));
    expect(taken.filter((each) => each !== null)).toMatchObject([row]);
    expect(await repository.count({})).toBe(0);
  });

  it("gives each of many rows to one caller", async () => {
    const { store, operations } = setUp();
    for (let index = 0; index < 30; index++) await store.create({ ...row, id: String(index).padStart(2, "0") });
    const taken = await Promise.all(Array.from({ length: 50 }, () => operations.consumeOne([by("name", "first")])));
    expect(new Set(taken.flatMap((each) => (each ? [each.id] : []))).size).toBe(30);
    expect(taken.filter((each) => each === null)).toHaveLength(20);
  });

  it("takes nothing that no longer meets the condition", async () => {
    const { store, operations } = setUp();
    await store.create(row);
    const [taken, renamed] = await Promise.all([operations.consumeOne([by("name", "FIRST"), by("uses", 1, "lt")]), operations.update([by("id", "one")], { name: "second" })]);
    expect(taken).toBeNull();
    expect(renamed).toMatchObject({ name: "second" });
  });
});

describe("changing and deleting many", () => {
  it("leaves alone what stopped meeting the condition after it was found", async () => {
    const { store, repository } = setUp();
    for (const id of ["one", "two", "three"]) await store.create({ ...row, id });
    let found = false;
    const overtaken: IModelStore = {
      create: (each) => store.create(each),
      count: (where) => store.count(where),
      replace: (each, changes) => store.replace(each, changes),
      remove: (each) => store.remove(each),
      find: async (where, options) => {
        const rows = await store.find(where, options);
        if (!found) await repository.update("two", { name: "second" });
        found = true;
        return rows;
      },
    };
    expect(await new ModelOperations(overtaken).updateMany([by("name", "irs", "contains")], { uses: 9 })).toBe(2);
    found = false;
    await repository.update("two", { name: "first" });
    expect(await new ModelOperations(overtaken).deleteMany([by("name", "irs", "contains")])).toBe(2);
    expect((await repository.query({})).items).toMatchObject([{ id: "two", name: "second", uses: 0 }]);
  });
});

describe("incrementing", () => {
  it("loses no addition, alone or with other fields", async () => {
    const { store, operations, repository } = setUp();
    await store.create(row);
    await Promise.all(Array.from({ length: 60 }, () => operations.incrementOne([by("id", "one")], { uses: 1 }, {})));
    await Promise.all(Array.from({ length: 40 }, (_, index) => operations.incrementOne([by("id", "one")], { uses: 2, left: -1 }, { name: `by ${index}` })));
    expect(await repository.get("one")).toMatchObject({ uses: 140, left: -37 });
  });

  it("lets no more callers through than the guard allows", async () => {
    const { store, operations, repository } = setUp();
    await store.create(row);
    const turns = await Promise.all(Array.from({ length: 50 }, () => operations.incrementOne([by("id", "one"), by("left", 0, "gt")], { left: -1 }, {})));
    expect(turns.filter((turn) => turn !== null)).toHaveLength(3);
    expect(await repository.get("one")).toMatchObject({ left: 0 });
  });

  it("counts from zero where there is no number yet, and sets fields while the guard holds", async () => {
    const { store, operations } = setUp();
    await store.create({ ...row, left: null });
    expect(await operations.incrementOne([by("id", "one")], { left: 2 }, {})).toMatchObject({ left: 2 });
    expect(await operations.incrementOne([by("id", "one"), by("name", "first")], {}, { name: "second" })).toMatchObject({ name: "second" });
    expect(await operations.incrementOne([by("id", "one"), by("name", "first")], {}, { name: "third" })).toBeNull();
  });

  it("gives up on a storm that never ends, instead of going on for ever", async () => {
    const stubborn: IModelStore = { create: async (each) => each, find: async () => [{ ...row, etag: "x" }], count: async () => 1, replace: async () => null, remove: async () => null };
    const operations = new ModelOperations(stubborn);
    await expect(operations.incrementOne([], { uses: 1 }, {})).rejects.toMatchObject({ code: "write_contention", kind: "unavailable" });
    await expect(operations.consumeOne([])).rejects.toMatchObject({ code: "write_contention" });
  });
});

describe("a field kept as a hash", () => {
  it("comes back to whoever knows the value, and to nobody else", async () => {
    const { store, repository } = setUp();
    const hashed = new HashedFieldStore({ store, field: "name", hash: hashToken });
    const operations = new ModelOperations(hashed);
    expect(await hashed.create({ ...row, name: "a secret" })).toMatchObject({ name: "a secret" });
    expect((await repository.get("one"))?.name).toBe(hashToken("a secret"));
    const hash = hashToken("a secret");
    expect(await hashed.find([by("name", "a secret")], { limit: 1 })).toMatchObject([{ name: "a secret" }]);
    expect(await hashed.find([by("name", ["another", "a secret"], "in")], { limit: 1 })).toMatchObject([{ name: "a secret" }]);
    expect(await hashed.find([by("id", "one")], { limit: 1 })).toMatchObject([{ name: hash }]);
    expect(await hashed.find([by("name", hash)], { limit: 1 })).toEqual([]);
    expect(await hashed.count([by("name", "a secret")])).toBe(1);
    expect(await operations.update([by("name", "a secret")], { uses: 5 })).toMatchObject({ name: "a secret", uses: 5 });
    expect(await operations.update([by("name", "a secret")], { name: "a new secret" })).toMatchObject({ name: "a new secret" });
    expect((await repository.get("one"))?.name).toBe(hashToken("a new secret"));
    expect(await operations.consumeOne([by("name", "a secret")])).toBeNull();
    expect(await operations.consumeOne([by("name", "a new secret")])).toMatchObject({ name: "a new secret" });
  });
});

describe("people", () => {
  const person = { name: "Ada", email: "ada@example.com", emailVerified: true, image: null };

  it("are kept by user-management, whatever better-auth does with them", async () => {
    const users = new FakeDirectory();
    const store = new UserModelStore(() => users);
    const operations = new ModelOperations(store);
    const created = await store.create({ ...person, id: newId() });
    expect(await store.find([by("email", "ada@example.com")], { limit: 1 })).toMatchObject([{ id: created.id, emailVerified: true }]);
    expect(await operations.update([by("id", created.id)], { name: "Ada Lovelace" })).toMatchObject({ name: "Ada Lovelace" });
    expect(await operations.update([by("id", newId())], { name: "Nobody" })).toBeNull();
    expect(await store.count([])).toBe(1);
    const removals = await Promise.all(Array.from({ length: 20 }, () => operations.consumeOne([by("email", "ada@example.com")])));
    expect(removals.filter((each) => each !== null)).toHaveLength(1);
    expect(users.users.size).toBe(0);
  });

  it("are changed only as they were read", async () => {
    const users = new FakeDirectory();
    const store = new UserModelStore(() => users);
    const created = await store.create({ ...person, id: newId() });
    expect(await store.replace(created, { name: "First" })).toMatchObject({ name: "First" });
    expect(await store.replace(created, { name: "Second" })).toBeNull();
    users.before = () => {
      throw new Error("user-management is away");
    };
    await expect(store.replace(created, { name: "Third" })).rejects.toThrow("user-management is away");
  });

  it("are found in pages, and not by fields they do not have", async () => {
    const users = new FakeDirectory();
    const store = new UserModelStore(() => users);
    for (let index = 0; index < 1_050; index++) await users.createUser({ name: "N", email: `${String(index).padStart(4, "0")}@example.com` });
    const found = await store.find([], { limit: 1_040, offset: 5, sortBy: { field: "email", direction: "asc" } });
    expect(found.map(({ email }) => email)).toHaveLength(1_040);
    expect(found[0]).toMatchObject({ email: "0005@example.com" });
    await expect(store.find([by("password", "x")], { limit: 1 })).rejects.toThrow();
    await expect(store.find([], { limit: 1, sortBy: { field: "password", direction: "asc" } })).rejects.toThrow();
  });
});
