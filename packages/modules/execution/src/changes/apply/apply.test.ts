import { stat } from "node:fs/promises";
import path from "node:path";
import { outcome, silentLogger } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";

const TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

describe("applying", () => {
  let rig: ChangeRig;
  beforeEach(async () => {
    rig = await ChangeRig.open();
    await rig.write({ "src/a.ts": TEXT, "gone.txt": "bye\n", "run.sh": "#!/bin/sh\n" });
    await rig.makeExecutable("run.sh");
  });
  afterEach(() => rig.close());

  it("puts what is accepted into the files, all of it, and takes it back", async () => {
    const { id } = await rig.create({ "src/a.ts": TEXT.replace("two", "2"), "deep/er/b.ts": "b\n", "gone.txt": null, "run.sh": "#!/bin/bash\n" });
    await rig.decideAll(id);
    const applied = await rig.apply(id);
    expect(applied).toMatchObject({ state: "applied", problem: null });
    expect(applied.appliedAt).not.toBeNull();
    expect([await rig.read("src/a.ts"), await rig.read("deep/er/b.ts"), await rig.read("gone.txt"), await rig.read("run.sh")]).toEqual([TEXT.replace("two", "2"), "b\n", null, "#!/bin/bash\n"]);
    expect((await stat(path.join(rig.tree, "run.sh"))).mode & 0o777).toBe(0o755);
    expect(rig.workspace.told).toEqual([rig.projectId]);
    expect(await outcome(rig.parts.service.discardChangeSet(rig.caller, { id }))).toBe("change_set_closed");
    const undone = await rig.undo(id);
    expect(undone).toMatchObject({ state: "undone", appliedAt: null });
    expect([await rig.read("src/a.ts"), await rig.read("deep/er/b.ts"), await rig.read("gone.txt"), await rig.read("run.sh")]).toEqual([TEXT, null, "bye\n", "#!/bin/sh\n"]);
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect(await rig.read("gone.txt")).toBeNull();
    expect(rig.database.outbox.items.map(({ message }) => message.name).filter((name) => name.startsWith("execution.change-set.") && !name.endsWith("validate") && !name.endsWith("apply") && !name.endsWith("undo"))).toEqual([
      "execution.change-set.created", "execution.change-set.applied", "execution.change-set.undone", "execution.change-set.applied",
    ]);
  });

  it("leaves alone what is not accepted", async () => {
    const { id, files: [file] } = await rig.create({ "src/a.ts": TEXT.replace("two", "2").replace("six", "6"), "new.txt": "n\n" });
    const [, second] = file?.hunks ?? [];
    await rig.parts.service.decideChanges(rig.caller, { id, decision: "accepted", targets: [{ fileId: file?.id ?? "", version: file?.version ?? "", hunks: [{ id: second?.id ?? "" }] }] });
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect([await rig.read("src/a.ts"), await rig.read("new.txt")]).toEqual([TEXT.replace("six", "6"), null]);
  });

  it("refuses when nothing is accepted, and what was decided after it was looked at", async () => {
    const { id, version, files: [file] } = await rig.create({ "src/a.ts": "x\n" });
    const ask = (seen: string) => outcome(rig.parts.service.applyChangeSet(rig.caller, { id, version: seen, stale: "refuse", validation: "skip" }));
    expect(await ask(version)).toBe("nothing_accepted");
    await rig.decideAll(id);
    expect(await ask(version)).toBe("version_conflict");
    expect(await ask((await rig.get(id)).version)).toBe("done");
    const late = { id, decision: "rejected" as const, targets: [{ fileId: file?.id ?? "", version: (await rig.get(id)).files[0]?.version ?? "" }] };
    expect(await outcome(rig.parts.service.decideChanges(rig.caller, late))).toBe("change_set_closed");
    expect(await rig.work(id)).toMatchObject({ state: "applied" });
  });

  it("is asked for while a check of the change set goes on, and while somebody comments on it", async () => {
    let ask = async (): Promise<unknown> => undefined;
    const passed = { state: "passed" as const, note: "", findings: [] };
    const parse = { name: "parse" as const, run: async () => passed };
    const types = { name: "types" as const, run: async () => (await ask(), { ...passed, note: "found too late" }) };
    const lint = { name: "lint" as const, run: vi.fn<() => Promise<typeof passed>>(async () => passed) };
    await rig.close();
    rig = await ChangeRig.open({ stages: [parse, types, lint] });
    await rig.write({ "src/a.ts": TEXT });
    const { id } = await rig.create({ "src/a.ts": TEXT.replace("two", "2") });
    const { version, files: [file] } = await rig.decideAll(id);
    ask = async () => {
      await rig.parts.service.addComment(rig.caller, { id, fileId: file?.id ?? "", side: "proposal", line: 1, text: "Why?" });
      await rig.parts.service.applyChangeSet(rig.caller, { id, version, stale: "refuse", validation: "skip" });
    };
    expect(await rig.validate(id)).toMatchObject({ state: "applying" });
    expect(await rig.work(id)).toMatchObject({ state: "applied", validation: { stages: [{ state: "passed" }, { state: "waiting", note: "" }, { state: "waiting" }] } });
    expect(await rig.read("src/a.ts")).toBe(TEXT.replace("two", "2"));
    expect(lint.run).not.toHaveBeenCalled();
  });

  it("ends a check that goes on, and so does discarding: nobody waits for it", async () => {
    let leave = async (): Promise<unknown> => undefined;
    const untilAborted = async (_subject: unknown, signal: AbortSignal) => {
      await leave();
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return { state: "passed" as const, note: "", findings: [] };
    };
    await rig.close();
    rig = await ChangeRig.open({ stages: [{ name: "types", run: untilAborted }] });
    await rig.write({ "src/a.ts": TEXT });
    const { id } = await rig.create({ "src/a.ts": TEXT.replace("two", "2") });
    const { version } = await rig.decideAll(id);
    leave = () => rig.parts.service.applyChangeSet(rig.caller, { id, version, stale: "refuse", validation: "skip" });
    expect(await rig.validate(id)).toMatchObject({ state: "applying" });
    expect(await rig.work(id)).toMatchObject({ state: "applied" });
    const other = await rig.create({ "src/b.ts": "b\n" });
    leave = () => rig.parts.service.discardChangeSet(rig.caller, { id: other.id });
    expect(await rig.validate(other.id)).toMatchObject({ state: "discarded", validation: { stages: [{}, { name: "types", state: "waiting" }, {}] } });
  });

  it("refuses files that changed since, or merges them when asked to, and never writes over them", async () => {
    const { id } = await rig.create({ "src/a.ts": TEXT.replace("two", "2"), "new.txt": "n\n" });
    await rig.decideAll(id);
    await rig.write({ "src/a.ts": TEXT.replace("seven", "7") });
    const refused = await rig.apply(id);
    expect(refused).toMatchObject({ state: "failed", problem: { code: "stale_base", details: { canMerge: true, files: [{ path: "src/a.ts" }] } } });
    expect([await rig.read("src/a.ts"), await rig.read("new.txt")]).toEqual([TEXT.replace("seven", "7"), null]);
    expect(await rig.apply(id, { stale: "merge" })).toMatchObject({ state: "applied", problem: null });
    expect([await rig.read("src/a.ts"), await rig.read("new.txt")]).toEqual([TEXT.replace("two", "2").replace("seven", "7"), "n\n"]);
    await rig.write({ "src/a.ts": TEXT.replace("two", "2").replace("seven", "7").replace("four", "4") });
    expect(await rig.undo(id)).toMatchObject({ state: "applied", problem: { code: "stale_base", details: { canMerge: true } } });
    expect(await rig.undo(id, "merge")).toMatchObject({ state: "undone", problem: null });
    expect([await rig.read("src/a.ts"), await rig.read("new.txt")]).toEqual([TEXT.replace("seven", "7").replace("four", "4"), null]);
  });

  it("names the hunks where two changes meet", async () => {
    const { id, files: [file] } = await rig.create({ "src/a.ts": TEXT.replace("two", "2").replace("six", "6") });
    await rig.decideAll(id);
    await rig.write({ "src/a.ts": TEXT.replace("two", "zwei") });
    expect(await rig.apply(id, { stale: "merge" })).toMatchObject({
      state: "failed", problem: { code: "stale_base", details: { canMerge: false, files: [{ path: "src/a.ts", hunkIds: [file?.hunks[0]?.id] }] } },
    });
    expect(await rig.read("src/a.ts")).toBe(TEXT.replace("two", "zwei"));
  });

  it("lets one of two people win who apply to one file at once, and tells the other", async () => {
    const [one, two] = [await rig.create({ "src/a.ts": TEXT.replace("two", "2") }), await rig.create({ "src/a.ts": TEXT.replace("two", "zwei") })];
    await rig.decideAll(one.id);
    await rig.decideAll(two.id);
    const ended = await Promise.all([rig.apply(one.id), rig.apply(two.id)]);
    expect(ended.map(({ state }) => state).toSorted()).toEqual(["applied", "failed"]);
    const won = ended.findIndex(({ state }) => state === "applied");
    expect(ended[1 - won]?.problem?.code).toBe("stale_base");
    expect(await rig.read("src/a.ts")).toBe(TEXT.replace("two", won === 0 ? "2" : "zwei"));
  });

  it("puts everything back when a file changes in the middle of it", async () => {
    const { id } = await rig.create({ "a/new.txt": "n\n", "gone.txt": null, "src/a.ts": TEXT.replace("two", "2") });
    await rig.decideAll(id);
    const { version } = await rig.get(id);
    await rig.parts.service.applyChangeSet(rig.caller, { id, version, stale: "refuse", validation: "skip" });
    const ended = await rig.work(id, undefined, async (done) => {
      if (done === 2) await rig.write({ "src/a.ts": "somebody typed this\n" });
    });
    expect(ended).toMatchObject({ state: "failed", problem: { code: "stale_base" } });
    expect([await rig.read("a/new.txt"), await rig.read("gone.txt"), await rig.read("src/a.ts")]).toEqual([null, "bye\n", "somebody typed this\n"]);
    expect(await stat(path.join(rig.tree, "a")).catch(() => null)).toBeNull();
  });

  it("puts everything back when it is cancelled, and goes on when only its process ended", async () => {
    for (const cancelled of [true, false]) {
      const { id } = await rig.create({ "src/a.ts": `${TEXT}${cancelled}\n`, "gone.txt": null });
      await rig.decideAll(id);
      const { version } = await rig.get(id);
      const { job } = await rig.parts.service.applyChangeSet(rig.caller, { id, version, stale: "refuse", validation: "skip" });
      const abort = new AbortController();
      if (cancelled) rig.setJob(job?.id ?? "", { cancelled: { at: new Date().toISOString(), by: rig.caller } });
      await rig.work(id, abort.signal, async (done) => {
        if (done === 1) abort.abort();
      }).catch(() => undefined);
      expect([await rig.read("src/a.ts"), await rig.read("gone.txt")]).toEqual([TEXT, "bye\n"]);
      expect(await rig.get(id)).toMatchObject(cancelled ? { state: "failed", problem: { code: "apply_cancelled" } } : { state: "applying" });
      if (!cancelled) expect(await rig.work(id)).toMatchObject({ state: "applied" });
    }
  });

  it("has room asked for first", async () => {
    const { id } = await rig.create({ "new.txt": "n".repeat(1_000) });
    await rig.decideAll(id);
    rig.workspace.usage = { ...rig.workspace.usage, bytes: { used: 0, limit: 999 } };
    expect(await rig.apply(id)).toMatchObject({ state: "failed", problem: { code: "quota_exceeded" } });
    expect(await rig.read("new.txt")).toBeNull();
  });

  it("leaves what is half done for the settlement where the project cannot be opened any more", async () => {
    const { id } = await rig.create({ "src/a.ts": "A\n", "gone.txt": null });
    await rig.decideAll(id);
    const jobId = await rig.askToApply(id);
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    void rig.work(id, undefined, async (done) => {
      if (done < 1) return;
      resolve();
      await new Promise<never>(() => undefined);
    });
    await reached;
    rig.workspace.status = "deleted";
    expect(await outcome(rig.parts.run.run(id, { jobId, caller: rig.caller, signal: new AbortController().signal, log: silentLogger, progress: async () => undefined }))).toBe("project_not_ready");
    rig.workspace.status = "ready";
    expect(await rig.get(id)).toMatchObject({ state: "applying" });
    expect(await rig.work(id)).toMatchObject({ state: "applied" });
    expect([await rig.read("src/a.ts"), await rig.read("gone.txt")]).toEqual(["A\n", null]);
  });
});
