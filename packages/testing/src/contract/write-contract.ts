import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "@coder/shared/server";
import { anyJson } from "../any-json.ts";
import { noteEntity, preferenceEntity, remarkEntity } from "./entities.ts";
import { note, remark, somebody, type ContractStore, type StoreLimits } from "./store.ts";

/** How rows are written: what is kept, what is refused, and who wins when several write at once. */
export function describeWrites(store: () => ContractStore, limits: StoreLimits): void {
  describe("inserting", () => {
    it("gives back what was put in, with a version", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = note(caller, { slug: "s", dueAt: "2026-03-01T00:00:00.000Z", tags: ["b", "a", "b"], details: { deep: [{ list: [1, null, "x"] }] }, extra: [{ name: "é😀" }] });
      const stored = await notes.insert(row);
      expect(stored).toEqual({ ...row, etag: expect.any(String) });
      expect(await notes.get(row.id)).toEqual(stored);
    });

    it("keeps any text and any JSON as it is", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
      // U+0000 is refused below.
      const json = anyJson.filter((value) => !JSON.stringify(value).includes("\\u0000"));
      await fc.assert(
        fc.asyncProperty(text, fc.array(text, { maxLength: 3 }), fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), json), async (title, tags, details) => {
          const row = note(caller, { title, tags, details: JSON.parse(JSON.stringify(details)) });
          await notes.insert(row);
          expect(await notes.get(row.id)).toMatchObject({ title, tags, details: row.details });
        }),
        { numRuns: 60 },
      );
    });

    it("keeps a megabyte of text", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { title: "é".repeat(500_000) }));
      expect((await notes.get(row.id))?.title.length).toBe(500_000);
    });

    it("keeps one spelling of times and ids", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const id = newId();
      await notes.insert(note(caller, { id: id.toUpperCase(), createdAt: "2026-01-01T02:00:00+02:00", dueAt: "2026-01-01T00:00:00Z" }));
      expect(await notes.get(id.toUpperCase())).toMatchObject({ id, createdAt: "2026-01-01T00:00:00.000Z", dueAt: "2026-01-01T00:00:00.000Z" });
      expect(await notes.count({ createdAt: "2026-01-01T01:00:00.000+01:00" })).toBe(1);
    });

    it("refuses values that no store could keep", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const bad: object[] = [{ title: "a\0b" }, { title: "\ud800" }, { tags: ["\0"] }, { ratio: Number.NaN }, { ratio: Infinity }, { amount: 1.5 }, { createdAt: "soon" }, { title: null }, { title: undefined }, { id: "no-uuid" }, { done: "yes" }, { surprise: 1 }];
      for (const values of bad) await expect(notes.insert({ ...note(caller), ...values })).rejects.toMatchObject({ code: "invalid_value", httpStatus: 400 });
      expect(await notes.count({})).toBe(0);
    });

    it("refuses a taken id and a taken unique field, within the tenant", async () => {
      const [caller, other] = [somebody(), somebody()];
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { slug: "taken" }));
      await expect(notes.insert(note(caller, { id: row.id }))).rejects.toMatchObject({ code: "already_exists", httpStatus: 409, details: { fields: ["id"] } });
      const refused: unknown = await notes.insert(note(caller, { slug: "taken" })).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "already_exists", details: { fields: ["slug"] } });
      // What clients get names no table; what the log gets does.
      expect(JSON.stringify(refused)).not.toContain(noteEntity.table);
      expect(refused).toMatchObject({ cause: { message: expect.stringContaining(noteEntity.table) } });
      const free = await notes.insert(note(caller, { slug: "free" }));
      await expect(notes.update(free.id, { slug: "taken" })).rejects.toMatchObject({ code: "already_exists" });
      await store().database.for(other).repository(noteEntity).insert(note(other, { slug: "taken" }));
      await notes.insertMany([note(caller, { slug: null }), note(caller, { slug: null })]);
      expect(await notes.count({ slug: "taken" })).toBe(1);
    });

    it("lets exactly one of several take a unique value at the same moment", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => notes.insert(note(caller, { slug: "one" }))));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await notes.count({})).toBe(1);
    });

    it("inserts many rows or none", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const present = await notes.insert(note(caller));
      await expect(notes.insertMany([note(caller), note(caller), note(caller, { id: present.id })])).rejects.toMatchObject({ code: "already_exists" });
      expect(await notes.count({})).toBe(1);
      await notes.insertMany([]);
      await notes.insertMany(Array.from({ length: 250 }, () => note(caller)));
      expect(await notes.count({})).toBe(251);
    });
  });

  describe("updating", () => {
    it("changes what is named and nothing else", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { slug: "s", extra: [{ name: "x" }], details: { a: 1 } }));
      const changed = await notes.update(row.id, { title: "B", slug: null, extra: null, tags: ["t"], details: { b: 2 } });
      expect(changed).toEqual({ ...row, title: "B", slug: null, extra: null, tags: ["t"], details: { b: 2 }, etag: expect.any(String) });
      expect(changed.etag).not.toBe(row.etag);
      expect(await notes.get(row.id)).toEqual(changed);
    });

    it("tells a missing row, a stale version and an unmet condition apart", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { status: "open" }));
      await expect(notes.update(newId(), { title: "x" })).rejects.toMatchObject({ code: "not_found", httpStatus: 404 });
      await expect(notes.update("nope", { title: "x" }, { etag: row.etag })).rejects.toMatchObject({ code: "not_found" });
      await expect(notes.update(row.id, { title: "x" }, { etag: "stale" })).rejects.toMatchObject({ code: "version_conflict", httpStatus: 409 });
      await expect(notes.update(row.id, { title: "x" }, { where: { status: "done" } })).rejects.toMatchObject({ code: "condition_failed", httpStatus: 412 });
      await expect(notes.update(row.id, { title: "x" }, { etag: row.etag, where: { status: "done" } })).rejects.toMatchObject({ code: "condition_failed" });
      expect(await notes.get(row.id)).toEqual(row);
      expect(await notes.update(row.id, { title: "x" }, { etag: row.etag, where: { status: "open", amount: { gte: 1 } } })).toMatchObject({ title: "x" });
    });

    it("lets exactly one of several writers over the same version win", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller));
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, place) => notes.update(row.id, { title: `writer ${place}` }, { etag: row.etag })));
      const winners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(winners).toHaveLength(1);
      expect(results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []))).toEqual(Array.from({ length: 19 }, () => "version_conflict"));
      expect(await notes.get(row.id)).toEqual(winners[0]);
    });

    it("lets exactly one of several conditional writers win", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { status: "open" }));
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => notes.update(row.id, { status: "done" }, { where: { status: "open" } })));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });

    it("keeps ids, tenants and unknown fields out of changes", async () => {
      const [caller, other] = [somebody(), somebody()];
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller));
      const hostile: object[] = [{ id: newId() }, { etag: "mine" }, { nope: 1 }, { title: null }, { amount: "2" }];
      for (const changes of hostile) await expect(notes.update(row.id, changes)).rejects.toMatchObject({ httpStatus: 400 });
      await expect(notes.update(row.id, { organizationId: other.organizationId })).rejects.toMatchObject({ code: "wrong_tenant", httpStatus: 403 });
      expect(await notes.get(row.id)).toEqual(row);
    });

    it("changes all rows that meet a filter and counts them", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insertMany([1, 2, 3, 4].map((amount) => note(caller, { amount })));
      expect(await notes.updateMany({ amount: { gt: 1 } }, { status: "done" })).toBe(3);
      expect(await notes.updateMany({ amount: 99 }, { status: "done" })).toBe(0);
      expect(await notes.count({ status: "done" })).toBe(3);
    });
  });

  describe("putting", () => {
    it("adds what is not there and replaces what is older, each field of it", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const [older, newer, same] = [note(caller, { size: 1, slug: "was" }), note(caller, { size: 9 }), note(caller, { size: 5 })];
      await notes.insertMany([older, newer, same]);
      const fresh = note(caller, { size: 5, slug: "put", dueAt: "2026-03-01T00:00:00.000Z", ratio: 0.1, tags: ["b", "a", "é😀"], details: { deep: [{ list: [1, null, "x"] }] }, extra: [{ name: "x" }] });
      const changed = { ...older, size: 5, title: 'New "title" \\', slug: null, done: true, tags: ["t"], details: {}, extra: null };
      const written = await notes.putMany([changed, { ...newer, size: 5, title: "Late" }, { ...same, title: "Again" }, fresh], { newer: "size" });
      expect([...written].sort()).toEqual([older.id, fresh.id].sort());
      expect(await notes.get(older.id)).toEqual({ ...changed, etag: expect.any(String) });
      expect(await notes.get(fresh.id)).toEqual({ ...fresh, etag: expect.any(String) });
      expect([await notes.get(newer.id), await notes.get(same.id)]).toMatchObject([{ title: "A note" }, { title: "A note" }]);
      expect(await notes.putMany([], { newer: "size" })).toEqual([]);
    });

    it("keeps the newest, in whatever order many writers come", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const ids = Array.from({ length: 5 }, () => newId());
      const version = (size: number) => ids.map((id) => note(caller, { id, size, title: `version ${size}` }));
      await Promise.all([3, 9, 1, 7, 5, 9, 2].map((size) => notes.putMany([...version(size), ...version(size - 1)], { newer: "size" })));
      expect((await notes.query({})).items.map(({ size, title }) => [size, title])).toEqual(ids.map(() => [9, "version 9"]));
    });

    it("adds rows of another table where it writes something, and not otherwise", async () => {
      const caller = somebody();
      const [notes, remarks] = [store().database.for(caller).repository(noteEntity), store().database.for(caller).repository(remarkEntity)];
      const row = note(caller, { size: 1 });
      const [one, two, three, late] = [remark(caller, { details: [{ a: null }], size: 7, madeAt: "2026-03-01T00:00:00.000Z" }), remark(caller), remark(caller, { words: "é😀", details: {} }), remark(caller)];
      expect(await notes.putMany([row], { newer: "size", beside: { entity: remarkEntity, rows: [one] } })).toEqual([row.id]);
      expect(await notes.putMany([{ ...row, size: 2 }, note(caller)], { newer: "size", beside: { entity: remarkEntity, rows: [two, three] } })).toHaveLength(2);
      expect(await notes.putMany([{ ...row, size: 2 }], { newer: "size", beside: { entity: remarkEntity, rows: [late] } })).toEqual([]);
      expect(await notes.putMany([{ ...row, size: 3 }], { newer: "size", beside: { entity: remarkEntity, rows: [] } })).toEqual([row.id]);
      expect((await remarks.query({})).items).toEqual([one, two, three].sort((left, right) => (left.id < right.id ? -1 : 1)).map((each) => ({ ...each, etag: expect.any(String) })));
    });

    it("adds what is beside for the one of several writers over the same version who wins", async () => {
      const caller = somebody();
      const [notes, remarks] = [store().database.for(caller).repository(noteEntity), store().database.for(caller).repository(remarkEntity)];
      const row = await notes.insert(note(caller, { size: 1 }));
      const { etag: _etag, ...plain } = row;
      const results = await Promise.all(Array.from({ length: 12 }, (_, size) => notes.putMany([{ ...plain, size: 2 }], { newer: "size", beside: { entity: remarkEntity, rows: [remark(caller, { size })] } })));
      const winners = results.flatMap((written, place) => (written.length > 0 ? [place] : []));
      expect(winners).toHaveLength(1);
      expect((await remarks.query({})).items.map(({ size }) => size)).toEqual(winners);
    });

    it("adds nothing beside where it is refused, and refuses beside what an insert refuses", async () => {
      const [caller, other] = [somebody(), somebody()];
      const [notes, remarks] = [store().database.for(caller).repository(noteEntity), store().database.for(caller).repository(remarkEntity)];
      const row = await notes.insert(note(caller, { size: 1, slug: "taken" }));
      await expect(notes.putMany([note(caller, { slug: "taken" })], { newer: "size", beside: { entity: remarkEntity, rows: [remark(caller)] } })).rejects.toMatchObject({ code: "already_exists" });
      await expect(notes.putMany([note(caller)], { newer: "size", beside: { entity: remarkEntity, rows: [remark(other)] } })).rejects.toMatchObject({ code: "wrong_tenant" });
      const preference = { id: newId(), userId: caller.userId, name: "theme", value: "dark" };
      await expect(notes.putMany([note(caller)], { newer: "size", beside: { entity: preferenceEntity, rows: [preference] } })).rejects.toMatchObject({ code: "invalid_query" });
      expect(await remarks.count({})).toBe(0);
      const known = await remarks.insert(remark(caller));
      const refused = notes.putMany([note(caller, { id: row.id, size: 2 })], { newer: "size", beside: { entity: remarkEntity, rows: [remark(caller), remark(caller, { id: known.id })] } });
      await expect(refused).rejects.toMatchObject({ code: "already_exists" });
      expect(await remarks.count({})).toBe(1);
      // Where the two are one step, both are undone.
      expect(await notes.get(row.id)).toMatchObject({ size: limits.writesTablesApart ? 2 : 1 });
    });

    it("refuses what an insert refuses, and a version that is no number", async () => {
      const [caller, other] = [somebody(), somebody()];
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insert(note(caller, { slug: "taken" }));
      await expect(notes.putMany([note(caller, { slug: "taken" })], { newer: "size" })).rejects.toMatchObject({ code: "already_exists" });
      await expect(notes.putMany([note(other)], { newer: "size" })).rejects.toMatchObject({ code: "wrong_tenant" });
      await expect(notes.putMany([note(caller)], { newer: "title" })).rejects.toMatchObject({ code: "invalid_query" });
      const settings = store().database.system("retention").repository(noteEntity);
      expect(await settings.putMany([note(other, { size: 1 })], { newer: "size" })).toHaveLength(1);
      expect(await notes.count({})).toBe(1);
    });
  });

  describe("incrementing", () => {
    it("loses no addition", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { amount: 0, size: 2 ** 40 }));
      await Promise.all(Array.from({ length: 30 }, () => notes.increment(row.id, "amount", 2)));
      await notes.increment(row.id, "amount", -10);
      const last = await notes.increment(row.id, "size", 2 ** 33);
      expect(last).toMatchObject({ amount: 50, size: 2 ** 40 + 2 ** 33 });
    });

    it("never passes a guard, however many try", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { amount: 0 }));
      const results = await Promise.allSettled(Array.from({ length: 25 }, () => notes.increment(row.id, "amount", 1, { where: { amount: { lt: 10 } } })));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
      expect(await notes.get(row.id)).toMatchObject({ amount: 10 });
      await expect(notes.increment(row.id, "amount", 1, { where: { amount: { lt: 10 } } })).rejects.toMatchObject({ code: "condition_failed" });
      await expect(notes.increment(newId(), "amount", 1)).rejects.toMatchObject({ code: "not_found" });
      await expect(notes.increment(row.id, "title", 1)).rejects.toMatchObject({ code: "invalid_query" });
      await expect(notes.increment(row.id, "amount", 0.5)).rejects.toMatchObject({ code: "invalid_query" });
    });
  });

  describe("deleting", () => {
    it("gives the row as it was, once", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller));
      const results = await Promise.all(Array.from({ length: 10 }, () => notes.delete(row.id)));
      expect(results.filter((result) => result !== null)).toEqual([row]);
      expect(await notes.get(row.id)).toBeNull();
      expect(await notes.delete("nope")).toBeNull();
    });

    it("spares a row whose version or state is another", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller, { status: "open" }));
      await expect(notes.delete(row.id, { etag: "stale" })).rejects.toMatchObject({ code: "version_conflict" });
      await expect(notes.delete(row.id, { where: { status: "done" } })).rejects.toMatchObject({ code: "condition_failed" });
      expect(await notes.delete(row.id, { etag: row.etag, where: { status: "open" } })).toEqual(row);
    });

    it("deletes all rows that meet a filter and counts them", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insertMany([1, 2, 3].map((amount) => note(caller, { amount })));
      expect(await notes.deleteMany({ amount: { lte: 2 } })).toBe(2);
      expect(await notes.deleteMany({ amount: { lte: 2 } })).toBe(0);
      expect(await notes.count({})).toBe(1);
    });
  });
}
