import { openPostgres, type PostgresDatabase } from "@coder/db";
import { createTestDatabase, outcome, silentLogger, somebody, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EmbeddingsRig } from "../__fixtures__/EmbeddingsRig.ts";
import { indexEntity, segmentEntity, segmentPartEntity, vectorEntity } from "../entities.ts";

const FILES = { "src/session.ts": "/** Stops a session. */\nexport function revokeSession(id: string) { store.delete(id); }\n", "src/total.py": "def total_price(items):\n    return sum(item.price for item in items)\n" };

let addresses: TestDatabase;
let database: PostgresDatabase;
beforeAll(async () => {
  addresses = await createTestDatabase();
  database = await openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 4, cursorKey: "test", log: silentLogger });
});
afterAll(async () => {
  await database.close();
  await addresses.drop();
});

/** Numbers that are the same in every run, and in no order. */
function noise(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

describe("on PostgreSQL", () => {
  it("an index is built, brought up to date, searched from another process, and removed", async () => {
    const rig = new EmbeddingsRig({ database });
    const project = rig.workspace.create(rig.caller, { ...FILES, "src/\udc80.ts": "export function oddlyNamed() { return 1; }\n" });
    await rig.index(project, { segmentBytes: 1 });
    rig.workspace.write(project, "src/total.py", "def grand_total(items):\n    return len(items)\n");
    await rig.index(project);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ parsedFiles: 1, outcome: "ready", counts: { files: 3, chunks: 3 } });
    const elsewhere = new EmbeddingsRig({ database });
    elsewhere.workspace.create(rig.caller, {}, project);
    expect(await elsewhere.find(project, "grand total", rig.caller)).toContain("grand_total");
    expect(await elsewhere.find(project, "stop a session", rig.caller)).toContain("revokeSession");
    await rig.service.deleteIndex(rig.caller, { projectId: project });
    const left = database.for(rig.caller);
    expect(await Promise.all([left.repository(segmentEntity).count({}), left.repository(segmentPartEntity).count({})])).toEqual([0, 0]);
    await Promise.all([rig.search.stop(), elsewhere.search.stop()]);
  });

  it("two who ask at once get one run", async () => {
    const rig = new EmbeddingsRig({ database });
    const project = rig.workspace.create(rig.caller, FILES);
    const started = await Promise.all(Array.from({ length: 6 }, () => rig.service.startIndex(rig.caller, { projectId: project, full: false })));
    expect(new Set(started.map(({ job }) => job.id)).size).toBe(1);
  });

  it("no row of another organization is ever seen or changed", async () => {
    const rig = new EmbeddingsRig({ database });
    const stranger = somebody();
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const row = await rig.rows.get(rig.caller, project);
    const ref = row?.segments[0];
    if (!ref) throw new Error("No segment");
    expect(await rig.rows.get(stranger, project)).toBeNull();
    expect(await outcome(rig.rows.update(stranger, project, { outcome: "failed" }))).toBe("index_not_found");
    expect(await rig.segments.read(stranger, ref, "chunks")).toBeNull();
    expect(await rig.segments.retain(stranger, project, [])).toBe(0);
    expect(await rig.rows.usage(stranger)).toEqual({ chunks: 0, bytes: 0 });
    await rig.forgetting.forget(stranger, project);
    expect(await rig.find(project, "stop a session")).toContain("revokeSession");
    const seen = database.for(stranger);
    expect(await Promise.all([seen.repository(indexEntity).count({}), seen.repository(segmentEntity).count({}), seen.repository(segmentPartEntity).count({}), seen.repository(vectorEntity).count({})])).toEqual([0, 0, 0, 0]);
    await rig.search.stop();
  });

  it("the nearest vectors are exactly the nearest of one's own, also with one in a hundred", async () => {
    const rig = new EmbeddingsRig({ database });
    const [other, next] = [somebody(), noise(42)];
    const vector = () => Float32Array.from({ length: 24 }, next);
    const own = Array.from({ length: 30 }, (_unused, index) => ({ key: `own-${index}`, vector: vector() }));
    await rig.vectors.collection(other, "code").add(Array.from({ length: 2_970 }, (_unused, index) => ({ key: `other-${index}`, vector: vector() })));
    await rig.vectors.collection(rig.caller, "code").add(own);
    const cosine = (a: Float32Array, b: Float32Array) => {
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    for (let query = 0; query < 10; query++) {
      const asked = vector();
      const right = own.map(({ key, vector: one }) => ({ key, similarity: cosine(asked, one) })).sort((a, b) => b.similarity - a.similarity).slice(0, 10);
      const found = await rig.vectors.collection(rig.caller, "code").nearest(asked, { limit: 10, version: `${query % 2}` });
      expect(found.map(({ key }) => key)).toEqual(right.map(({ key }) => key));
    }
    expect(await rig.vectors.collection(other, "code").count()).toBe(2_970);
  }, 60_000);
});
