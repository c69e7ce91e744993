import { ANONYMOUS, OrganizationIdSchema, systemCaller, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { describe, expect, it } from "vitest";
import { noteEntity, preferenceEntity, settingEntity } from "./entities.ts";
import { note, somebody, worker, type ContractStore } from "./store.ts";

/** Whose rows a caller reaches. */
export function describeTenancy(store: () => ContractStore): void {
  describe("tenants", () => {
    it("do not see, change or delete each other's rows", async () => {
      const [owner, stranger] = [somebody(), somebody()];
      const own = store().database.for(owner).repository(noteEntity);
      const row = await own.insert(note(owner, { slug: "mine" }));
      const nobody: Caller[] = [stranger, worker(stranger), ANONYMOUS, { ...owner, organizationId: null }, { ...owner, organizationId: stranger.organizationId }];
      for (const caller of nobody) {
        const theirs = store().database.for(caller).repository(noteEntity);
        expect(await theirs.get(row.id)).toBeNull();
        expect(await theirs.findOne({ slug: "mine" })).toBeNull();
        expect(await theirs.findOne({ organizationId: owner.organizationId })).toBeNull();
        expect(await theirs.query({})).toEqual({ items: [], nextCursor: null });
        expect(await theirs.count({})).toBe(0);
        await expect(theirs.update(row.id, { title: "x" })).rejects.toMatchObject({ code: "not_found" });
        await expect(theirs.update(row.id, { title: "x" }, { etag: row.etag })).rejects.toMatchObject({ code: "not_found" });
        await expect(theirs.increment(row.id, "amount", 1)).rejects.toMatchObject({ code: "not_found" });
        expect(await theirs.delete(row.id, { etag: row.etag })).toBeNull();
        expect(await theirs.updateMany({}, { title: "x" })).toBe(0);
        expect(await theirs.deleteMany({})).toBe(0);
        await expect(theirs.insert(note(owner))).rejects.toMatchObject({ code: "wrong_tenant", httpStatus: 403 });
        await expect(theirs.insertMany([note(owner)])).rejects.toMatchObject({ code: "wrong_tenant" });
        await expect(theirs.putMany([note(owner, { id: row.id, size: row.size + 1 })], { newer: "size" })).rejects.toMatchObject({ code: "wrong_tenant" });
        expect(await theirs.groups({}, { by: ["status"] })).toEqual([]);
      }
      expect(await own.get(row.id)).toEqual(row);
      expect(await store().database.for(worker(owner)).repository(noteEntity).get(row.id)).toEqual(row);
    });

    it("do not take over a row by putting another under its id", async () => {
      const [owner, stranger] = [somebody(), somebody()];
      const own = store().database.for(owner).repository(noteEntity);
      const row = await own.insert(note(owner));
      // Where each tenant has ids of its own, it becomes the stranger's row; elsewhere it is refused.
      const code = await store().database.for(stranger).repository(noteEntity).putMany([note(stranger, { id: row.id, size: row.size + 1 })], { newer: "size" }).then(() => null, (error) => error.code);
      expect([null, "wrong_tenant"]).toContain(code);
      expect(await own.get(row.id)).toEqual(row);
    });

    it("keep a person's own rows apart from their organization's", async () => {
      const person = somebody();
      const own = store().database.for(person).repository(preferenceEntity);
      const row = await own.insert({ id: newId(), userId: person.userId, name: "theme", value: "dark" });
      expect(await store().database.for({ ...person, organizationId: null }).repository(preferenceEntity).get(row.id)).toEqual(row);
      const colleague = { ...somebody(), organizationId: person.organizationId };
      expect(await store().database.for(colleague).repository(preferenceEntity).query({})).toMatchObject({ items: [] });
      await expect(store().database.for(colleague).repository(preferenceEntity).insert({ id: newId(), userId: person.userId, name: "n", value: "v" })).rejects.toMatchObject({ code: "wrong_tenant" });
    });

    it("answer parallel questions each to their own asker", async () => {
      const callers = Array.from({ length: 12 }, () => somebody());
      const rows = await Promise.all(callers.map((caller) => store().database.for(caller).repository(noteEntity).insert(note(caller))));
      const answers = await Promise.all(callers.flatMap((caller, place) => rows.map(async (row, other) => ({ own: place === other, found: (await store().database.for(caller).repository(noteEntity).get(row.id)) !== null }))));
      expect(answers.filter(({ own, found }) => own !== found)).toEqual([]);
    });

    it("are the same however their id is spelt", async () => {
      const caller = somebody();
      const shouting = { ...caller, organizationId: OrganizationIdSchema.parse(caller.organizationId.toUpperCase()) };
      const row = await store().database.for(shouting).repository(noteEntity).insert(note(shouting));
      expect(row.organizationId).toBe(caller.organizationId);
      for (const spelling of [caller, shouting]) expect(await store().database.for(spelling).repository(noteEntity).get(row.id)).toEqual(row);
    });

    it("are named by work that nobody asked for in person: without one it would find nothing, and believe that all is done", async () => {
      const person = somebody();
      expect(() => store().database.for(systemCaller("nightly")).repository(noteEntity)).toThrow(/nightly acts for no organization/);
      expect(() => store().database.for(worker(person)).repository(preferenceEntity)).toThrow(/acts for no user/);
    });

    it("are crossed only for a listed reason", async () => {
      const [one, two] = [somebody(), somebody()];
      const rows = await Promise.all([one, two].map((caller) => store().database.for(caller).repository(noteEntity).insert(note(caller))));
      const across = store().database.system("retention").repository(noteEntity);
      expect((await across.query({ id: { in: rows.map(({ id }) => id) } })).items).toHaveLength(2);
      expect(await across.update(rows[0]?.id ?? "", { title: "kept" })).toMatchObject({ title: "kept", organizationId: one.organizationId });
      expect(() => store().database.for(one).repository(settingEntity)).toThrow(/db\.system/);
    });

    it("do not own what belongs to no tenant", async () => {
      const settings = store().database.system("settings").repository(settingEntity);
      const id = `setting.${newId()}`;
      const row = await settings.insert({ id, value: null });
      expect(await settings.get(id)).toEqual({ id, value: null, etag: row.etag });
      expect(await settings.update(id, { value: ["a", { b: null }] })).toMatchObject({ value: ["a", { b: null }] });
      expect(await settings.get("no.uuid.at.all")).toBeNull();
    });
  });
}
