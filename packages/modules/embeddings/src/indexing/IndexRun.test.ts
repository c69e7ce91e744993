import { AppError } from "@coder/shared";
import { outcome, somebody } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG, EmbeddingsRig } from "../__fixtures__/EmbeddingsRig.ts";

const FILES = {
  "src/auth/session.ts": "/** Stops a session. */\nexport function revokeSession(id: string) { store.delete(id); }\n",
  "src/cart/total.ts": "export function totalPrice(items: Item[]) { return items.reduce((sum, item) => sum + item.price, 0); }\n",
  "src/text/distance.py": "def edit_distance(left, right):\n    return matrix(left, right)[-1][-1]\n",
  "README.md": "# Shop\n\nA shop with sessions and carts.\n",
};

const stop = (code: string) => new AppError(code === "job_cancelled" ? "cancelled" : "unavailable", code, "Stopped.", { remedy: "None" });

let rig: EmbeddingsRig;
beforeEach(() => {
  rig = new EmbeddingsRig();
});
afterEach(() => rig.search.stop());

/** Everything stored of a project: nothing may be left over or doubled. */
async function stored(projectId: Parameters<EmbeddingsRig["run"]>[0]) {
  const row = await rig.rows.get(rig.caller, projectId);
  const orphans = await rig.segments.retain(rig.caller, projectId, row?.segments ?? []);
  return { segments: row?.segments.length ?? 0, orphans };
}

describe("a run", () => {
  it("makes a project searchable, and tells what it did", async () => {
    const project = rig.workspace.create(rig.caller, { ...FILES, "logo.svg": "\u0000", "empty.txt": " ", "bundle.min.js": "x=1", "huge.ts": "a".repeat(200_000) });
    rig.workspace.write(project, "photo.png", null, "binary");
    rig.workspace.write(project, "pipe", null, "not_a_file");
    const steps: [number, number][] = [];
    await rig.index(project, { onProgress: (done, total) => void steps.push([done, total]) });
    expect(await rig.find(project, "stop a session")).toContain("revokeSession");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({
      state: "ready", job: null, progress: null, files: 4, chunks: 4, parsedFiles: 3, problem: null, endpoint: null,
      languages: expect.arrayContaining([{ language: "typescript", files: 2, chunks: 2 }, { language: "python", files: 1, chunks: 1 }]),
      skipped: [{ reason: "binary", count: 2 }, { reason: "empty", count: 1 }, { reason: "minified", count: 1 }, { reason: "too_large", count: 1 }, { reason: "unreadable", count: 1 }],
      usage: { chunks: { used: 4, limit: 10_000 } },
    });
    expect(rig.workspace.reads).not.toContain("huge.ts");
    expect(steps[0]).toEqual([1, 10]);
    expect(steps.at(-1)).toEqual([10, 10]);
    expect(await stored(project)).toEqual({ segments: 1, orphans: 0 });
  });

  it("reads and parses nothing when nothing changed", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const before = await rig.rows.get(rig.caller, project);
    rig.workspace.reads.length = 0;
    await rig.index(project);
    expect(rig.workspace.reads).toEqual([]);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ parsedFiles: 0, segments: before?.segments, counts: before?.counts });
  });

  it("parses nothing when only times changed, and reads nothing the next time", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    rig.workspace.touchAll(project);
    await rig.index(project);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ parsedFiles: 0, counts: { files: 4 } });
    expect(await rig.find(project, "stop a session")).toContain("revokeSession");
    rig.workspace.reads.length = 0;
    await rig.index(project);
    expect(rig.workspace.reads).toEqual([]);
  });

  it("takes an edited file alone, a new one and one that is gone", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    rig.workspace.reads.length = 0;
    rig.workspace.write(project, "src/cart/total.ts", "export function grandTotal(cart: Cart) { return cart.items.length; }\n");
    await rig.index(project);
    expect(rig.workspace.reads).toEqual(["src/cart/total.ts"]);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ parsedFiles: 1, counts: { files: 4, chunks: 4 } });
    expect(await rig.find(project, "total price")).not.toContain("totalPrice");
    expect(await rig.find(project, "grand total")).toContain("grandTotal");

    rig.workspace.remove(project, "src/auth/session.ts");
    rig.workspace.write(project, "src/new.ts", "export function brandNew() { return 1; }\n");
    await rig.index(project);
    expect(await rig.find(project, "brand new")).toContain("brandNew");
    expect(await rig.find(project, "revoke session")).not.toContain("revokeSession");
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ parsedFiles: 1, counts: { files: 4 } });
  });

  it("stays small over many edits, and answers as an index made at once", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    for (let edit = 0; edit < 25; edit++) {
      rig.workspace.write(project, `src/file${edit % 5}.ts`, `export function version${edit}() { return compute(${edit}); }\n`);
      if (edit % 7 === 6) rig.workspace.remove(project, `src/file${edit % 5}.ts`);
      await rig.index(project);
    }
    const row = await rig.rows.get(rig.caller, project);
    expect(row?.segments.length).toBeLessThan(6);
    const query = { projectId: project, query: "version compute session price", limit: 50 };
    const { hits } = await rig.service.search(rig.caller, query, new AbortController().signal);
    await rig.index(project, { full: true });
    expect((await rig.service.search(rig.caller, query, new AbortController().signal)).hits).toEqual(hits);
    expect(await stored(project)).toEqual({ segments: 1, orphans: 0 });
  });

  it("does nothing when it is run a second time, or when another one has taken its place", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    await rig.run(project, { id: job.id });
    const row = await rig.rows.get(rig.caller, project);
    rig.workspace.reads.length = 0;
    await rig.run(project, { id: job.id });
    expect(rig.workspace.reads).toEqual([]);
    expect(await rig.rows.get(rig.caller, project)).toEqual(row);
  });

  it("takes what was read late as it is then: a file that changes or goes while it is read", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    let first = true;
    rig.workspace.before = (procedure) => {
      if (procedure !== "readFiles" || !first) return;
      first = false;
      rig.workspace.write(project, "src/cart/total.ts", "export function changedMeanwhile() { return 1; }\n");
      rig.workspace.remove(project, "README.md");
    };
    await rig.index(project);
    expect(await rig.find(project, "changed meanwhile")).toContain("changedMeanwhile");
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ counts: { files: 3 } });
    rig.workspace.reads.length = 0;
    await rig.index(project);
    // Listed with another fingerprint than it was read under: read once more, parsed never.
    expect(rig.workspace.reads).toEqual(["src/cart/total.ts"]);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ parsedFiles: 0, counts: { files: 3 } });
  });

  it("asks again for what found no room in an answer", async () => {
    rig.workspace.maxAnswerChars = 120;
    const project = rig.workspace.create(rig.caller, { ...FILES, "long.ts": `export const text = "${"word ".repeat(100)}";\n` });
    await rig.index(project);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ counts: { files: 4, skipped: [{ reason: "too_large", count: 1 }] } });
  });

  it("keeps names with odd bytes", async () => {
    const odd = "src/\udc80\udcff.ts";
    const project = rig.workspace.create(rig.caller, { [odd]: "export function oddlyNamed() { return 1; }\n" });
    await rig.index(project);
    const { hits } = await rig.service.search(rig.caller, { projectId: project, query: "oddly named", limit: 5 }, new AbortController().signal);
    expect(hits[0]).toMatchObject({ path: odd, symbol: "oddlyNamed" });
    rig.workspace.reads.length = 0;
    await rig.index(project);
    expect(rig.workspace.reads).toEqual([]);
  });

  it("of a project without files ends well", async () => {
    const project = rig.workspace.create(rig.caller);
    await rig.index(project);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 0, chunks: 0 });
    expect(await rig.find(project, "anything")).toEqual([]);
  });
});

describe("a run that does not come to its end", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_unused, index) => [`src/file${String(index).padStart(3, "0")}.ts`, `export function handler${index}(request) { return respond(request, ${index}, "${"text ".repeat(30)}"); }\n`]));

  it("leaves the old index whole when it is cancelled", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const before = await rig.rows.get(rig.caller, project);
    for (const [path, text] of Object.entries(many)) rig.workspace.write(project, path, text);
    const cancelled = new AbortController();
    let at = 0;
    const run = rig.index(project, {
      full: true, signal: cancelled.signal, segmentBytes: 20_000,
      onProgress: (done) => {
        if (done < 200 || at > 0) return;
        at = performance.now();
        cancelled.abort(stop("job_cancelled"));
      },
    });
    expect(await outcome(run)).toBe("job_cancelled");
    expect(performance.now() - at).toBeLessThan(20_000);
    expect(await rig.rows.get(rig.caller, project)).toMatchObject({ segments: before?.segments, counts: before?.counts, indexedAt: before?.indexedAt });
    expect(await stored(project)).toEqual({ segments: 1, orphans: 0 });
    expect(await rig.find(project, "stop a session")).toContain("revokeSession");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "cancelled", files: 4, problem: { code: "indexing_cancelled" } });
    await rig.index(project);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 304, problem: null });
  });

  it.each(["worker_draining", "job_lost"])("goes on with what it has stored after %s, and nothing is there twice", async (code) => {
    const project = rig.workspace.create(rig.caller, many);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    const drained = new AbortController();
    const interrupted = rig.run(project, { id: job.id, signal: drained.signal, segmentBytes: 20_000, onProgress: (done) => void (done >= 200 && drained.abort(stop(code))) });
    expect(await outcome(interrupted)).toBe(code);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ files: 0 });
    const first = rig.workspace.reads.length;
    await rig.run(project, { id: job.id, segmentBytes: 20_000 });
    // What was stored whole was not read again.
    expect(rig.workspace.reads.length - first).toBeLessThan(300);
    expect(new Set(rig.workspace.reads).size).toBe(300);
    const { hits } = await rig.service.search(rig.caller, { projectId: project, query: "handler respond request", limit: 200 }, new AbortController().signal);
    expect(new Set(hits.map(({ path }) => path)).size).toBe(hits.length);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 300, chunks: 300 });
    expect((await stored(project)).orphans).toBe(0);
  });

  it("forgets a project that is purged meanwhile, and that is no failure", async () => {
    const project = rig.workspace.create(rig.caller, many);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.workspace.before = (procedure) => void (procedure === "readFiles" && rig.workspace.purge(project));
    await rig.run(project, { id: job.id });
    expect(await rig.rows.get(rig.caller, project)).toBeNull();
    expect((await stored(project)).orphans).toBe(0);
  });

  it("ends quietly when the project goes to the trash meanwhile, and what was indexed stays", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: true });
    rig.workspace.before = (procedure) => void (procedure === "readFiles" && rig.workspace.setStatus(project, "deleted"));
    await rig.run(project, { id: job.id, segmentBytes: 1 });
    rig.workspace.before = () => undefined;
    rig.workspace.setStatus(project, "ready");
    expect(await rig.find(project, "stop a session")).toContain("revokeSession");
    expect((await stored(project)).orphans).toBe(0);
  });

  it("leaves nothing behind when the index is removed meanwhile", async () => {
    const project = rig.workspace.create(rig.caller, many);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    await rig.run(project, { id: job.id, segmentBytes: 20_000, onProgress: async (done) => void (done >= 200 && (await rig.rows.of(rig.caller).delete(project))) });
    expect(await rig.rows.get(rig.caller, project)).toBeNull();
    expect((await stored(project)).orphans).toBe(0);
  });

  it("takes nothing from the run that was asked for after the index was removed, however late it ends itself", async () => {
    const project = rig.workspace.create(rig.caller, many);
    const cancelled = new AbortController();
    /** A run that has stored some of it, and waits. */
    const midway = async (signal?: AbortSignal) => {
      const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
      const [there, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const onProgress = async (done: number) => {
        if (done < 200) return;
        there.resolve();
        await held.promise;
      };
      const ended = outcome(rig.run(project, { id: job.id, segmentBytes: 20_000, onProgress, ...(signal ? { signal } : {}) }));
      await there.promise;
      return { ended, goOn: held.resolve };
    };
    const first = await midway(cancelled.signal);
    await rig.service.deleteIndex(rig.caller, { projectId: project });
    const second = await midway();
    cancelled.abort(stop("job_cancelled"));
    first.goOn();
    expect(await first.ended).toBe("job_cancelled");
    second.goOn();
    expect(await second.ended).toBe("done");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 300 });
    const { hits } = await rig.service.search(rig.caller, { projectId: project, query: "handler respond request", limit: 200 }, new AbortController().signal);
    expect([hits.length, (await stored(project)).orphans]).toEqual([200, 0]);
  });

  it("says why it failed, keeps the old index, and is right the next time", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    rig.workspace.write(project, "src/new.ts", "export function brandNew() { return 1; }\n");
    rig.workspace.before = (procedure) => {
      if (procedure === "readFiles") throw new AppError("unavailable", "disk_away", "The disk is away.", { remedy: "Bring it back." });
    };
    expect(await outcome(rig.index(project))).toBe("disk_away");
    rig.workspace.before = () => undefined;
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "failed", files: 4, problem: { code: "disk_away", remedy: "Bring it back." } });
    expect(await rig.find(project, "stop a session")).toContain("revokeSession");
    await rig.index(project);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 5, problem: null });
  });

  it("tells of a fault that nobody foresaw without its words", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    rig.workspace.before = (procedure) => {
      if (procedure === "readFiles") throw new Error("secret path /srv/data");
    };
    await expect(rig.index(project)).rejects.toThrow("secret path");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "failed", problem: { code: "indexing_failed" } });
  });
});

describe("the quota", () => {
  it("of chunks stops a run, and counts what other projects of the organization take", async () => {
    rig.config = { ...CONFIG, quota: { ...CONFIG.quota, chunks: 6 } };
    const [first, second] = [rig.workspace.create(rig.caller, FILES), rig.workspace.create(rig.caller, FILES)];
    await rig.index(first);
    expect(await outcome(rig.index(second))).toBe("quota_exceeded");
    expect(await rig.service.getIndex(rig.caller, { projectId: second })).toMatchObject({ state: "failed", chunks: 0, problem: { code: "quota_exceeded" }, usage: { chunks: { used: 4, limit: 6 } } });
    const stranger = somebody();
    const elsewhere = rig.workspace.create(stranger, FILES);
    await rig.index(elsewhere, { caller: stranger });
    await rig.service.deleteIndex(rig.caller, { projectId: first });
    await rig.index(second);
    expect(await rig.service.getIndex(rig.caller, { projectId: second })).toMatchObject({ state: "ready", usage: { chunks: { used: 4, limit: 6 } } });
  });

  it("is another where an organization has its own, and nobody else feels it", async () => {
    rig.config = { ...CONFIG, organizations: { [String(rig.caller.organizationId)]: { chunks: 6 } } };
    const [first, second] = [rig.workspace.create(rig.caller, FILES), rig.workspace.create(rig.caller, FILES)];
    await rig.index(first);
    expect(await outcome(rig.index(second))).toBe("quota_exceeded");
    expect((await rig.service.getIndex(rig.caller, { projectId: first })).usage).toEqual({ chunks: { used: 4, limit: 6 }, bytes: { used: expect.any(Number), limit: CONFIG.quota.bytes } });
    const stranger = somebody();
    for (const project of [rig.workspace.create(stranger, FILES), rig.workspace.create(stranger, FILES)]) {
      await rig.index(project, { caller: stranger });
      expect((await rig.service.getIndex(stranger, { projectId: project })).usage.chunks.limit).toBe(CONFIG.quota.chunks);
    }
  });

  it("of bytes stops a run, and refuses one where nothing is left", async () => {
    rig.config = { ...CONFIG, quota: { ...CONFIG.quota, bytes: 500 } };
    const [first, second] = [rig.workspace.create(rig.caller, { "a.md": "# A" }), rig.workspace.create(rig.caller, FILES)];
    await rig.index(first);
    expect(await outcome(rig.index(second))).toBe("quota_exceeded");
    rig.config = { ...CONFIG, quota: { ...CONFIG.quota, bytes: 10 } };
    expect(await outcome(rig.service.startIndex(rig.caller, { projectId: second, full: false }))).toBe("quota_exceeded");
    // What a project has itself does not stand in its way.
    expect(await outcome(rig.service.startIndex(rig.caller, { projectId: first, full: false }))).toBe("done");
  });
});
