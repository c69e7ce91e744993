import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noteEntity, type Note } from "./entities.ts";
import { byCodePoint, NOTES, referenceMatches, SORTABLE, someFilter, someNotes, textsFor } from "./reference.ts";
import { note, somebody, type ContractStore, type StoreLimits } from "./store.ts";

/** Hundreds of questions to a store that shares a busy machine. */
const PROPERTY_MS = 60_000;

const byKey = (left: { readonly key: string }, right: { readonly key: string }): number => (left.key < right.key ? -1 : 1);

/** How rows are found: filters, order, pages. */
export function describeReads(store: () => ContractStore, limits: StoreLimits): void {
  const texts = textsFor(limits);
  describe("finding rows", () => {
    it("finds nothing under an id that is not there, or that is no id at all", async () => {
      const notes = store().database.for(somebody()).repository(noteEntity);
      for (const id of ["0197f0a1-0000-7000-8000-000000000000", "nope", "", "\0", "x".repeat(10_000)]) expect(await notes.get(id)).toBeNull();
    });

    it("answers any filter as plain JavaScript does", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const rows = someNotes(caller, NOTES, texts);
      await notes.insertMany(rows);
      await fc.assert(
        fc.asyncProperty(someFilter(rows, texts), async (filter) => {
          const expected = rows.filter((row) => referenceMatches(row, filter)).map(({ id }) => id);
          const { items } = await notes.query(filter, { limit: 1000 });
          expect(items.map(({ id }) => id).sort()).toEqual([...expected].sort());
          expect(await notes.count(filter)).toBe(expected.length);
          expect((await notes.findOne(filter)) === null).toBe(expected.length === 0);
        }),
        { numRuns: limits.slow ? 25 : 80 },
      );
    }, PROPERTY_MS);

    it("gives every row exactly once, in order, however large the pages are", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const rows = someNotes(caller, NOTES, texts);
      await notes.insertMany(rows);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...SORTABLE), fc.constantFrom("asc" as const, "desc" as const), fc.integer({ min: 1, max: 25 }), async (field, direction, limit) => {
          const seen: Note[] = [];
          let cursor: string | null = null;
          do {
            const page: { items: readonly Note[]; nextCursor: string | null } = await notes.query({}, { limit, sort: { field, direction }, ...(cursor === null ? {} : { cursor }) });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items);
            cursor = page.nextCursor;
          } while (cursor !== null);
          const sign = direction === "asc" ? 1 : -1;
          const expected = rows.toSorted((left, right) => sign * (byCodePoint(left[field], right[field]) || byCodePoint(left.id, right.id)));
          expect(seen.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        }),
        { numRuns: limits.slow ? 6 : 12 },
      );
    }, PROPERTY_MS);

    it("counts the rows of each kind, with the range of what they hold", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const rows = someNotes(caller, NOTES, texts);
      await notes.insertMany(rows);
      const by = ["status", "done", "slug", "dueAt"] as const;
      await fc.assert(
        fc.asyncProperty(fc.subarray([...by], { minLength: 1 }), someFilter(rows, texts), async (fields, filter) => {
          const groups = Map.groupBy(rows.filter((row) => referenceMatches(row, filter)), (row) => JSON.stringify(fields.map((field) => row[field])));
          const expected = [...groups].map(([key, members]) => {
            const due = members.flatMap(({ dueAt }) => dueAt ?? []).sort();
            const amounts = members.map(({ amount }) => amount);
            return { key, count: members.length, smallest: { amount: Math.min(...amounts), dueAt: due[0] ?? null }, largest: { amount: Math.max(...amounts), dueAt: due.at(-1) ?? null } };
          });
          const found = await notes.groups(filter, { by: fields, range: ["amount", "dueAt"] });
          expect(found.map(({ count }) => count)).toEqual(expected.map(({ count }) => count).sort((left, right) => right - left));
          expect(found.map((group) => ({ ...group, key: JSON.stringify(fields.map((field) => group.key[field])) })).sort(byKey)).toEqual(expected.sort(byKey));
        }),
        { numRuns: limits.slow ? 8 : 25 },
      );
      const [largest] = await notes.groups({}, { by: ["status"], limit: 1 });
      expect(largest).toEqual({ key: { status: expect.any(String) }, count: Math.max(...["open", "done", "dropped"].map((status) => rows.filter((row) => row.status === status).length)), smallest: {}, largest: {} });
    }, PROPERTY_MS);

    it("neither repeats nor skips a row when others arrive between two pages", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const rows = Array.from({ length: 20 }, (_, place) => note(caller, { amount: place * 10 }));
      await notes.insertMany(rows);
      const sort = { field: "amount", direction: "asc" } as const;
      const first = await notes.query({}, { limit: 7, sort });
      await notes.insertMany([note(caller, { amount: 5 }), note(caller, { amount: 35 }), note(caller, { amount: 61 })]);
      await notes.delete(first.items[6]?.id ?? "");
      const rest = await notes.query({}, { limit: 100, sort, cursor: first.nextCursor ?? "" });
      expect(first.items.map(({ amount }) => amount)).toEqual([0, 10, 20, 30, 40, 50, 60]);
      expect(rest.items.map(({ amount }) => amount)).toEqual([61, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190]);
      expect(rest.nextCursor).toBeNull();
    });

    it("takes a continuation token for its own list only", async () => {
      const [caller, other] = [somebody(), somebody()];
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insertMany([note(caller), note(caller), note(caller)]);
      const own = (await notes.query({ status: "open" }, { limit: 1 })).nextCursor ?? "";
      const [body = "", seal = ""] = own.split(".");
      const altered = `${Buffer.from(JSON.stringify(["0", "0"])).toString("base64url")}.${seal}`;
      const expectRefused = (query: Promise<unknown>): Promise<void> => expect(query).rejects.toMatchObject({ code: "invalid_cursor", httpStatus: 400 });
      for (const cursor of ["", "x", ".", body, `${body}.`, `${own}.x`, `${own}A`, altered, "{}", "\0"]) await expectRefused(notes.query({ status: "open" }, { limit: 1, cursor }));
      await expectRefused(notes.query({ status: "done" }, { limit: 1, cursor: own }));
      await expectRefused(notes.query({ status: "open" }, { limit: 1, cursor: own, sort: { field: "amount", direction: "asc" } }));
      await expectRefused(notes.query({ status: "open" }, { limit: 1, cursor: own, sort: { field: "id", direction: "desc" } }));
      await expectRefused(store().database.for(other).repository(noteEntity).query({ status: "open" }, { limit: 1, cursor: own }));
      expect((await notes.query({ status: "open" }, { limit: 1, cursor: own })).items).toHaveLength(1);
    });

    it("refuses what it cannot answer instead of guessing", async () => {
      const notes = store().database.for(somebody()).repository(noteEntity);
      const expectRefused = (query: Promise<unknown>): Promise<void> => expect(query).rejects.toMatchObject({ code: "invalid_query", httpStatus: 400 });
      for (const limit of [0, -1, 1.5, 1001, Number.NaN]) await expectRefused(notes.query({}, { limit }));
      await expectRefused(notes.query({}, { sort: { field: "dueAt", direction: "asc" } }));
      for (const limit of [0, 1.5, 1001]) await expectRefused(notes.groups({}, { by: ["status"], limit }));
      await expectRefused(notes.groups({}, { by: [] }));
      for (const field of ["tags", "details"] as const) await expectRefused(notes.groups({}, { by: [field] }));
      for (const field of ["title", "done", "extra"] as const) await expectRefused(notes.groups({}, { by: ["status"], range: [field] }));
      await expectRefused(notes.query({}, { sort: { field: "details", direction: "asc" } }));
      // From parsed input, past the types: an undefined condition must never mean "all rows".
      for (const filter of [{ title: undefined }, { nope: 1 }, { title: {} }, { title: { like: "x" } }, { title: { contains: "x" } }, { amount: { contains: ["1"] } }, { title: { contains: ["\0"] } }, { amount: "1" }, { amount: 1.5 }, { tags: ["a"] }, { details: { a: 1 } }, { createdAt: { lt: "soon" } }, { title: "\ud800" }]) {
        const hostile: object = filter;
        await expectRefused(notes.deleteMany(hostile));
        await expectRefused(notes.query(hostile));
      }
    });
  });
}
