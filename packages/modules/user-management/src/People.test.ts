import type { User, UserCondition } from "@coder/api/user-management";
import { createMemoryDatabase } from "@coder/db";
import { UserIdSchema } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { outcome } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { AUTH, House } from "./__fixtures__/house.ts";
import { userEntity } from "./entities.ts";
import { People } from "./People.ts";
import { Tables } from "./Tables.ts";

const defaults = { limit: 100, offset: 0, where: [] };
const clause = (field: UserCondition["field"], operator: UserCondition["operator"], value: UserCondition["value"], more: Partial<UserCondition> = {}): UserCondition => ({
  field, operator, value, connector: "AND", mode: "sensitive", ...more,
});

describe("queries of people", () => {
  let house: House;
  let people: User[];

  beforeEach(async () => {
    house = new House();
    people = [];
    for (const [index, name] of ["Ann", "bob", "Cleo", "dan.*", "Eve"].entries()) {
      const createdAt = `2026-01-0${index + 1}T00:00:00.000Z`;
      people.push(await house.service.createUser(AUTH, { name, email: `${name.replace(".*", "")}@Example.com`, emailVerified: index % 2 === 0, image: index === 2 ? "https://example.com/c.png" : null, createdAt, updatedAt: createdAt }));
    }
  });

  const names = async (where: UserCondition[], more: object = {}) => (await house.service.queryUsers(AUTH, { ...defaults, where, ...more })).items.map(({ name }) => name);

  it.each<[string, UserCondition[], string[]]>([
    ["equality", [clause("name", "eq", "Ann")], ["Ann"]],
    ["inequality", [clause("name", "ne", "Ann")], ["bob", "Cleo", "dan.*", "Eve"]],
    ["null", [clause("image", "eq", null)], ["Ann", "bob", "dan.*", "Eve"]],
    ["not null", [clause("image", "ne", null)], ["Cleo"]],
    ["a boolean", [clause("emailVerified", "eq", false)], ["bob", "dan.*"]],
    ["a list", [clause("name", "in", ["Ann", "Eve", "Zoe"])], ["Ann", "Eve"]],
    ["not in a list", [clause("name", "not_in", ["Ann", "Eve"])], ["bob", "Cleo", "dan.*"]],
    ["a part, taken literally", [clause("name", "contains", ".*")], ["dan.*"]],
    ["a beginning, taken literally", [clause("name", "starts_with", ".*")], []],
    ["an end", [clause("email", "ends_with", "@Example.com")], ["Ann", "bob", "Cleo", "dan.*", "Eve"]],
    ["an address, whatever its case, where asked so", [clause("email", "eq", "BOB@EXAMPLE.COM", { mode: "insensitive" })], ["bob"]],
    ["an address as it is written, otherwise", [clause("email", "eq", "BOB@EXAMPLE.COM")], []],
    ["times before", [clause("createdAt", "lt", "2026-01-03T00:00:00Z")], ["Ann", "bob"]],
    ["times up to", [clause("createdAt", "lte", "2026-01-03T01:00:00.000+01:00")], ["Ann", "bob", "Cleo"]],
    ["times after", [clause("createdAt", "gt", "2026-01-04T00:00:00.000Z")], ["Eve"]],
    ["times from", [clause("createdAt", "gte", "2026-01-04T00:00:00.000Z")], ["dan.*", "Eve"]],
    ["no time at all", [clause("createdAt", "gt", "soon")], []],
    ["an order of unlike things", [clause("emailVerified", "gt", "a")], []],
    ["a list where one is wanted", [clause("name", "eq", ["Ann"])], []],
    ["an id that is none", [clause("id", "eq", "' or 1=1")], []],
    ["all of several", [clause("emailVerified", "eq", true), clause("name", "contains", "e")], ["Cleo", "Eve"].filter((name) => name.includes("e"))],
    ["any of several", [clause("name", "eq", "Ann", { connector: "OR" }), clause("name", "eq", "Eve", { connector: "OR" })], ["Ann", "Eve"]],
    ["both", [clause("emailVerified", "eq", false), clause("name", "eq", "Ann", { connector: "OR" }), clause("name", "eq", "bob", { connector: "OR" })], ["bob"]],
  ])("meet %s", async (_what, where, expected) => {
    expect((await names(where)).sort()).toEqual([...expected].sort());
    expect(await house.service.countUsers(AUTH, { where })).toEqual({ count: expected.length });
  });

  it("find by id and by several ids", async () => {
    expect(await names([clause("id", "eq", people[1]?.id ?? "")])).toEqual(["bob"]);
    expect((await names([clause("id", "in", [people[0]?.id ?? "", "nobody", people[4]?.id ?? ""])])).sort()).toEqual(["Ann", "Eve"]);
  });

  it("sort and take a part", async () => {
    expect(await names([], { sortBy: { field: "createdAt", direction: "desc" }, limit: 2, offset: 1 })).toEqual(["dan.*", "Cleo"]);
    expect(await names([], { sortBy: { field: "name", direction: "asc" } })).toEqual(["Ann", "Cleo", "Eve", "bob", "dan.*"]);
    expect((await names([], { sortBy: { field: "image", direction: "asc" } })).at(-1)).toBe("Cleo");
    expect((await names([], { sortBy: { field: "image", direction: "desc" } }))[0]).toBe("Cleo");
    expect(await names([], { limit: 0 })).toEqual([]);
    expect(await names([], { limit: 3, offset: 3 })).toHaveLength(2);
    expect(await house.service.countUsers(AUTH, { where: [] })).toEqual({ count: 5 });
  });
});

it("refuses to read everybody for what no index answers", async () => {
  const database = createMemoryDatabase();
  const people = new People({ tables: new Tables({ database }), now: () => new Date(), maxScanned: 500 });
  const time = new Date().toISOString();
  await database.system("people").repository(userEntity).insertMany(
    Array.from({ length: 501 }, (_unused, index) => ({
      id: newId(UserIdSchema), name: "x", email: `${index}@example.com`, emailKey: `${index}@example.com`, emailVerified: false, image: null, homeOrganizationId: null, createdAt: time, updatedAt: time,
    })),
  );
  expect(await outcome(people.query({ ...defaults, where: [clause("name", "contains", "q")] }))).toBe("query_too_broad");
  expect(await outcome(people.query({ ...defaults, where: [clause("name", "eq", "x")] }))).toBe("done");
  expect(await people.query({ ...defaults, where: [clause("email", "eq", "499@example.com")] })).toHaveLength(1);
});
