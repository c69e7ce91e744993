import { OrganizationIdSchema, SessionIdSchema, UserIdSchema, type UserCaller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineEntity } from "../entity.ts";
import { createMemoryDatabase } from "../memory/memory-database.ts";
import { ExactVectorStore } from "./ExactVectorStore.ts";
import { VECTOR_TABLE } from "./vector-entity.ts";
import { decodeVector, encodeVector } from "./VectorBlock.ts";

const entity = defineEntity({ table: "test_vectors", model: "TestVector", ...VECTOR_TABLE });

function somebody(): UserCaller {
  return { kind: "user", userId: UserIdSchema.parse(newId()), organizationId: OrganizationIdSchema.parse(newId()), sessionId: SessionIdSchema.parse(newId()) };
}

function open(memoryBytes = 1e9) {
  const database = createMemoryDatabase();
  return { database, store: new ExactVectorStore({ database, entity, memoryBytes: () => memoryBytes }) };
}

/** Unclustered and always the same. */
function vectors(count: number, dimensions: number, seed = 1) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Array.from({ length: count }, (_unused, index) => ({ key: `${seed}-${index}`, vector: Float32Array.from({ length: dimensions }, next) }));
}

function nearestByHand(all: ReturnType<typeof vectors>, vector: Float32Array, limit: number) {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return all
    .map(({ key, vector: other }) => ({ key, similarity: dot(vector, other) / Math.sqrt(dot(vector, vector) * dot(other, other)) }))
    .sort((a, b) => b.similarity - a.similarity || (a.key < b.key ? -1 : 1))
    .slice(0, limit);
}

describe("ExactVectorStore", () => {
  it("finds exactly the nearest of the tenant's own, also where it holds one of a hundred", async () => {
    const { store } = open();
    const [one, other] = [somebody(), somebody()];
    const own = vectors(60, 32, 7);
    await store.collection(other, "code").add(vectors(5_940, 32, 3));
    await store.collection(one, "code").add(own);
    for (const { vector } of vectors(20, 32, 11)) {
      const found = await store.collection(one, "code").nearest(vector, { limit: 10, version: "1" });
      const right = nearestByHand(own, vector, 10);
      expect(found.map(({ key }) => key)).toEqual(right.map(({ key }) => key));
      found.forEach(({ similarity }, at) => expect(similarity).toBeCloseTo(right[at]?.similarity ?? 0, 6));
    }
  });

  it("keeps tenants and collections apart, whatever they are called", async () => {
    const { store } = open();
    const [one, other] = [somebody(), somebody()];
    const [mine] = vectors(1, 4);
    if (!mine) throw new Error("No vector");
    await store.collection(one, "code").add([mine]);
    for (const stranger of [store.collection(other, "code"), store.collection(one, "other"), store.collection(one, "")]) {
      expect(await stranger.nearest(mine.vector, { limit: 5, version: "1" })).toEqual([]);
      expect((await stranger.known([mine.key])).size).toBe(0);
      expect(await stranger.retain(new Set())).toBe(0);
      await stranger.clear();
    }
    expect(await store.collection(one, "code").count()).toBe(1);
    expect(() => store.collection({ ...one, organizationId: null }, "code")).toThrow("organization");
  });

  it("adds what is new and leaves what is there", async () => {
    const { store } = open();
    const code = store.collection(somebody(), "code");
    const all = vectors(600, 8);
    await code.add(all.slice(0, 400));
    await code.add(all);
    await code.add([{ key: all[0]?.key ?? "", vector: new Float32Array(8) }]);
    expect(await code.count()).toBe(600);
    expect(await code.known(["none", ...all.map(({ key }) => key)])).toEqual(new Set(all.map(({ key }) => key)));
    expect((await code.nearest(all[0]?.vector ?? new Float32Array(8), { limit: 1, version: "1" }))[0]?.similarity).toBeCloseTo(1, 6);
    expect(await code.retain(new Set(all.slice(0, 10).map(({ key }) => key)))).toBe(590);
    expect(await code.count()).toBe(10);
  });

  it("reads a version once and another one anew; what is too large is read each time, with the same answer", async () => {
    const { database, store } = open();
    const caller = somebody();
    const small = new ExactVectorStore({ database, entity, memoryBytes: () => 1_000 });
    const all = vectors(300, 16);
    const [first, second] = [all.slice(0, 299), all.slice(299)];
    await store.collection(caller, "code").add(first);
    const ask = (from: ExactVectorStore, version: string) => from.collection(caller, "code").nearest(second[0]?.vector ?? new Float32Array(16), { limit: 3, version });
    const before = await ask(store, "1");
    await small.collection(caller, "code").add(second);
    expect(await ask(store, "1")).toEqual(before);
    const after = await ask(store, "2");
    expect(after[0]?.similarity).toBeCloseTo(1, 6);
    expect(await ask(small, "1")).toEqual(after);
    expect(await ask(small, "1")).toEqual(after);
  });

  it("forgets the least recently used first", async () => {
    const { store } = open(100_000);
    const caller = somebody();
    const all = vectors(250, 64);
    for (const name of ["a", "b"]) await store.collection(caller, name).add(all);
    for (const name of ["a", "b", "a"]) expect(await store.collection(caller, name).nearest(all[0]?.vector ?? new Float32Array(64), { limit: 2, version: "1" })).toHaveLength(2);
  });

  it("passes over vectors of other dimensions, and of no length", async () => {
    const { store } = open();
    const code = store.collection(somebody(), "code");
    await code.add([{ key: "short", vector: Float32Array.of(1, 0) }, { key: "zero", vector: new Float32Array(3) }, { key: "right", vector: Float32Array.of(0, 1, 0) }]);
    expect(await code.nearest(Float32Array.of(0, 2, 0), { limit: 5, version: "1" })).toEqual([{ key: "right", similarity: 1 }, { key: "zero", similarity: 0 }]);
    expect(await code.nearest(new Float32Array(3), { limit: 1, version: "1" })).toEqual([{ key: "right", similarity: 0 }]);
  });

  it("stops when nobody waits any more", async () => {
    const { store } = open();
    const code = store.collection(somebody(), "code");
    await code.add(vectors(10, 4));
    await expect(code.nearest(new Float32Array(4), { limit: 1, version: "1", signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
  });

  it("keeps every bit", () => {
    fc.assert(fc.property(fc.float32Array(), (vector) => Buffer.from(decodeVector(encodeVector(vector)).buffer).equals(Buffer.from(Float32Array.from(vector).buffer))));
  });
});
