import { createMemoryDatabase, defineEntity } from "@coder/db";
import type { CleanedWhere } from "better-auth/adapters";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ModelRow } from "./model-store.ts";
import { RepositoryModelStore } from "./RepositoryModelStore.ts";
import { compile, matches } from "./where.ts";

const entity = defineEntity({
  table: "test_rows",
  model: "TestRow",
  schema: z.object({ id: z.string(), name: z.string(), nick: z.string().nullable(), size: z.number(), done: z.boolean() }),
  tenancy: "system",
});

const texts = fc.constantFrom("", "a", "A", "ab", "aB", "abc", "b", ".*", "🦦");
const rowOf = fc.record({ name: texts, nick: fc.option(texts), size: fc.integer({ min: 0, max: 3 }), done: fc.boolean() });
const connector = fc.constantFrom("AND" as const, "AND" as const, "OR" as const);
const mode = fc.constantFrom("sensitive" as const, "sensitive" as const, "insensitive" as const);
const clause: fc.Arbitrary<CleanedWhere> = fc.oneof(
  fc.record({ field: fc.constantFrom("name", "nick"), operator: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte", "contains", "starts_with", "ends_with"), value: texts, connector, mode }),
  fc.record({ field: fc.constantFrom("name", "nick"), operator: fc.constantFrom("in", "not_in"), value: fc.array(texts, { maxLength: 3 }), connector, mode }),
  fc.record({ field: fc.constant("size"), operator: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"), value: fc.integer({ min: 0, max: 3 }), connector, mode: fc.constant("sensitive" as const) }),
  fc.record({ field: fc.constant("nick"), operator: fc.constantFrom("eq", "ne"), value: fc.constant(null), connector, mode: fc.constant("sensitive" as const) }),
  fc.record({ field: fc.constant("done"), operator: fc.constantFrom("eq", "ne"), value: fc.boolean(), connector, mode: fc.constant("sensitive" as const) }),
);

async function storeWith(rows: readonly Omit<z.output<typeof entity.schema>, "id">[]) {
  const repository = createMemoryDatabase().system("sign-in").repository(entity);
  const stored: ModelRow[] = [];
  for (const [index, row] of rows.entries()) stored.push(await repository.insert({ ...row, id: String(index).padStart(3, "0") }));
  return { stored, store: new RepositoryModelStore({ repository: () => repository, fields: Object.keys(entity.schema.shape), sortable: ["id", "name", "size"] }) };
}

const ids = (rows: readonly ModelRow[]) => rows.map(({ id }) => id);

describe("a condition", () => {
  it("finds, counts, changes and deletes the same rows wherever it is decided", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf, { maxLength: 12 }), fc.array(clause, { maxLength: 4 }), async (rows, where) => {
        const { store, stored } = await storeWith(rows);
        const expected = ids(stored.filter((row) => matches(row, where)));
        expect(ids(await store.find(where, { limit: 1_000 }))).toEqual(expected);
        expect(await store.count(where)).toBe(expected.length);
        const atOnce = (await store.updateAll(where, { size: 99 })) ?? expected.length;
        expect(atOnce).toBe(expected.length);
        const deleted = await storeWith(rows);
        expect((await deleted.store.deleteAll(where)) ?? expected.length).toBe(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  it("is handed to the store whole, where a filter can say it", () => {
    const by = (field: string, operator: NonNullable<CleanedWhere["operator"]>, value: CleanedWhere["value"], more: Partial<CleanedWhere> = {}): CleanedWhere => ({ field, operator, value, connector: "AND", mode: "sensitive", ...more });
    const or = { connector: "OR" as const };
    expect(compile([by("id", "eq", "1"), by("size", "gt", 1), by("size", "lte", 3)])).toEqual({ filter: { id: "1", size: { gt: 1, lte: 3 } }, exact: true });
    expect(compile([by("id", "eq", "1", or), by("id", "in", ["2", "3"], or)])).toEqual({ filter: { id: { in: ["1", "2", "3"] } }, exact: true });
    expect(compile([by("at", "lt", new Date(0))])).toEqual({ filter: { at: { lt: "1970-01-01T00:00:00.000Z" } }, exact: true });
    expect(compile([by("id", "eq", "1"), by("name", "contains", "x")])).toEqual({ filter: { id: "1" }, exact: false });
    expect(compile([by("id", "eq", "1", or), by("name", "eq", "x", or)])).toEqual({ filter: {}, exact: false });
    expect(compile([by("id", "eq", "1"), by("id", "eq", "2")])).toEqual({ filter: { id: "1" }, exact: false });
    expect(compile([by("name", "eq", "x", { mode: "insensitive" })]).exact).toBe(false);
    expect(compile([by("name", "in", [])])).toEqual({ filter: { name: { in: [] } }, exact: true });
  });
});

describe("pages and order", () => {
  it("are the same whether the store sorts or the adapter does", async () => {
    const rows = Array.from({ length: 450 }, (_, index) => ({ name: `n${index % 7}`, nick: index % 5 ? `k${index % 11}` : null, size: index % 13, done: true }));
    const { store, stored } = await storeWith(rows);
    for (const field of ["name", "nick", "size"]) {
      for (const direction of ["asc", "desc"] as const) {
        const all = await store.find([], { limit: 1_000, sortBy: { field, direction } });
        expect(all).toHaveLength(450);
        expect(await store.find([], { limit: 20, offset: 300, sortBy: { field, direction } })).toEqual(all.slice(300, 320));
        const values = all.map((row) => row[field] ?? null);
        const nulls = values.filter((value) => value === null).length;
        const rest = values.filter((value) => value !== null);
        expect(direction === "asc" ? values.slice(nulls) : values.slice(0, rest.length)).toEqual(rest);
      }
    }
    expect(await store.find([], { limit: 0 })).toEqual([]);
    expect(ids(await store.find([], { limit: 1_000, offset: 440 }))).toEqual(ids(stored).slice(440));
  });
});
