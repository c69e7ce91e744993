import { newId } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { noteEntity, preferenceEntity } from "./entities.ts";
import { noteChanged, noteJob } from "./messages.ts";
import { effectsOf, note, somebody, type ContractStore } from "./store.ts";

/** What writes leave behind: with the row or not at all, and once per key. */
export function describeEffects(store: () => ContractStore): void {
  const changed = (id: string) => ({ emit: [noteChanged.with({ id })] });

  describe("effects", () => {
    it("are left by every kind of write, in order, naming who wrote", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = note(caller);
      await notes.insert(row, { emit: [noteChanged.with({ id: "insert" })], enqueue: [noteJob.with({ id: "job" }, { id: row.id, delayMs: 5 })] });
      await notes.update(row.id, { title: "x" }, changed("update"));
      await notes.increment(row.id, "amount", 1, changed("increment"));
      await notes.updateMany({}, { title: "y" }, changed("updateMany"));
      await notes.delete(row.id, changed("delete"));
      await notes.insertMany([note(caller), note(caller)], changed("insertMany"));
      await notes.deleteMany({}, changed("deleteMany"));
      const items = await effectsOf(store(), caller);
      expect(items.map(({ message }) => message.payload)).toEqual(["insert", "job", "update", "increment", "updateMany", "delete", "insertMany", "deleteMany"].map((id) => ({ id })));
      expect(items[0]).toMatchObject({ id: expect.any(String), caller, message: { kind: "event", name: "contract.note.changed" }, createdAt: expect.stringMatching(/Z$/) });
      expect(items[1]?.message).toEqual({ kind: "job", name: "contract.work", payload: { id: "job" }, id: row.id, delayMs: 5 });
    });

    it("are not left by a write that failed or changed nothing", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const row = await notes.insert(note(caller));
      const refused = [
        notes.insert(row, changed("taken")),
        notes.insertMany([note(caller), row], changed("taken")),
        notes.update(newId(), { title: "x" }, changed("missing")),
        notes.update(row.id, { title: "x" }, { etag: "stale", ...changed("stale") }),
        notes.update(row.id, { title: "x" }, { where: { status: "done" }, ...changed("unmet") }),
        notes.increment(row.id, "amount", 1, { where: { amount: 99 }, ...changed("unmet") }),
        notes.delete(row.id, { etag: "stale", ...changed("stale") }),
      ];
      expect((await Promise.allSettled(refused)).map(({ status }) => status)).toEqual(refused.map(() => "rejected"));
      expect(await notes.delete(newId(), changed("missing"))).toBeNull();
      expect(await notes.updateMany({ title: "nobody" }, { title: "x" }, changed("none"))).toBe(0);
      expect(await notes.deleteMany({ title: "nobody" }, changed("none"))).toBe(0);
      await notes.insertMany([], changed("none"));
      expect(await effectsOf(store(), caller)).toEqual([]);
    });

    it("of cross-tenant work name the organization whose row was written", async () => {
      const caller = somebody();
      const row = await store().database.for(caller).repository(noteEntity).insert(note(caller));
      await store().database.system("retention").repository(noteEntity).delete(row.id, changed("gone"));
      const [item] = await effectsOf(store(), caller);
      expect(item?.caller).toEqual({ kind: "system", component: "retention", organizationId: caller.organizationId });
    });

    it("of cross-tenant work on many rows name the organization that was asked for, and are refused without one", async () => {
      const [caller, other] = [somebody(), somebody()];
      const notes = store().database.system("retention").repository(noteEntity);
      const { organizationId } = caller;
      await notes.insertMany([note(caller), note(caller)], changed("insertMany"));
      await notes.updateMany({ organizationId }, { title: "x" }, changed("updateMany"));
      await notes.deleteMany({ organizationId, title: "x" }, changed("deleteMany"));
      const items = await effectsOf(store(), caller);
      expect(items.map(({ message, caller: by }) => [message.payload, by])).toEqual(["insertMany", "updateMany", "deleteMany"].map((id) => [{ id }, { kind: "system", component: "retention", organizationId }]));

      const row = note(caller, { title: "y" });
      const refused = [
        notes.insertMany([row, note(other)], changed("mixed")),
        notes.updateMany({ title: "y" }, { title: "z" }, changed("everybody")),
        notes.deleteMany({ organizationId: { in: [organizationId] } }, changed("everybody")),
      ];
      expect(await Promise.all(refused.map((write) => write.catch((error: unknown) => error)))).toEqual(refused.map(() => expect.objectContaining({ code: "invalid_query" })));
      expect(await notes.get(row.id)).toBeNull();
      // Without effects nobody is named.
      await notes.insertMany([row, note(other)]);
      expect(await notes.deleteMany({ organizationId: { in: [organizationId, other.organizationId] } })).toBe(2);
    });

    it("wait until they are marked done, and wake whoever listens", async () => {
      const caller = somebody();
      const woken = vi.fn();
      const stop = await store().outbox.onWrite(woken);
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insert(note(caller), { emit: [1, 2, 3].map((place) => noteChanged.with({ id: String(place) })) });
      await vi.waitFor(() => expect(woken).toHaveBeenCalled(), { timeout: 15_000 });
      await stop();
      const before = await effectsOf(store(), caller);
      await store().outbox.markDone(before.slice(0, 2).map(({ id }) => id));
      await store().outbox.markDone([]);
      await store().outbox.markDone([newId()]);
      expect(await effectsOf(store(), caller)).toEqual(before.slice(2));
    });
  });

  describe("effects that cannot be handed on", () => {
    it("are set aside: they hold up no other, and stay until they are marked done", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insert(note(caller), { emit: [1, 2, 3].map((place) => noteChanged.with({ id: String(place) })) });
      const [first, second] = await effectsOf(store(), caller);
      await store().outbox.refuse([first, second].flatMap((item) => (item ? [{ id: item.id, reason: "The queue says no\0" }] : [])));
      expect((await effectsOf(store(), caller)).map(({ message }) => message.payload)).toEqual([{ id: "3" }]);
      await store().outbox.refuse([{ id: newId(), reason: "Of nobody" }]);
      await store().outbox.markDone([first?.id ?? ""]);
      expect((await effectsOf(store(), caller)).map(({ message }) => message.payload)).toEqual([{ id: "3" }]);
    });

    it("are claimed again some minutes later", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      await notes.insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
      const [item] = await effectsOf(store(), caller);
      await store().outbox.refuse([{ id: item?.id ?? "", reason: "Busy" }]);
      expect(await effectsOf(store(), caller)).toEqual([]);
      try {
        await store().later(360);
        expect((await effectsOf(store(), caller)).map(({ message }) => message.payload)).toEqual([{ id: "1" }]);
      } finally {
        vi.useRealTimers();
      }
    });
  });

  describe("a write with a key", () => {
    it("happens once and is answered with the row of the first time", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const once = newId();
      const first = await notes.insert(note(caller, { title: "first" }), { once, ...changed("1") });
      expect(await notes.insert(note(caller, { title: "second" }), { once, ...changed("2") })).toEqual(first);
      expect(await notes.count({})).toBe(1);
      const update = newId();
      const second = await notes.update(first.id, { title: "updated" }, { once: update, ...changed("3") });
      expect(await notes.update(first.id, { title: "again" }, { once: update, etag: "whatever", ...changed("4") })).toEqual(second);
      const add = newId();
      expect(await notes.increment(first.id, "amount", 5, { once: add })).toEqual(await notes.increment(first.id, "amount", 5, { once: add }));
      const many = newId();
      expect([await notes.updateMany({}, { done: true }, { once: many }), await notes.updateMany({}, { done: true }, { once: many })]).toEqual([1, 0]);
      const gone = newId();
      expect(await notes.delete(first.id, { once: gone, ...changed("5") })).toMatchObject({ id: first.id });
      expect(await notes.delete(first.id, { once: gone, ...changed("6") })).toBeNull();
      expect((await effectsOf(store(), caller)).map(({ message }) => message.payload)).toEqual(["1", "3", "5"].map((id) => ({ id })));
    });

    it("happens once even when several try at the same moment", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const once = newId();
      const rows = await Promise.all(Array.from({ length: 10 }, () => notes.insert(note(caller), { once, ...changed("x") })));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
      expect(await notes.count({})).toBe(1);
      expect(await effectsOf(store(), caller)).toHaveLength(1);
    });

    it("does not use the key up when it fails or changes nothing", async () => {
      const caller = somebody();
      const notes = store().database.for(caller).repository(noteEntity);
      const once = newId();
      const row = await notes.insert(note(caller, { slug: "taken" }));
      await expect(notes.insert(note(caller, { slug: "taken" }), { once })).rejects.toMatchObject({ code: "already_exists" });
      await expect(notes.update(row.id, { title: "x" }, { once, where: { status: "done" } })).rejects.toMatchObject({ code: "condition_failed" });
      expect(await notes.updateMany({ title: "nobody" }, { title: "x" }, { once })).toBe(0);
      expect(await notes.delete(newId(), { once })).toBeNull();
      expect(await notes.update(row.id, { title: "x" }, { once })).toMatchObject({ title: "x" });
    });

    it("shares the key with no other table and no other tenant", async () => {
      const [caller, other] = [somebody(), somebody()];
      const once = newId();
      await store().database.for(caller).repository(noteEntity).insert(note(caller), { once });
      await store().database.for(other).repository(noteEntity).insert(note(other), { once });
      await store().database.for(caller).repository(preferenceEntity).insert({ id: newId(), userId: caller.userId, name: "n", value: "v" }, { once, ...changed("preference") });
      expect(await store().database.for(other).repository(noteEntity).count({})).toBe(1);
      expect(await store().database.for(caller).repository(preferenceEntity).count({})).toBe(1);
      await expect(store().database.for(caller).repository(noteEntity).insert(note(caller), { once: "" })).rejects.toMatchObject({ code: "invalid_query" });
    });
  });
}
