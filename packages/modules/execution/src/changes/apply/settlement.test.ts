import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";

const TEXT = "one\ntwo\nthree\n";
const LATER_MS = 20_000;

describe("a change whose job ended without it hearing of it", () => {
  let rig: ChangeRig;
  let now = Date.now();
  beforeEach(async () => {
    now = Date.now();
    rig = await ChangeRig.open({ now: () => new Date(now) });
    await rig.write({ "a.txt": TEXT, "b.txt": TEXT });
  });
  afterEach(() => rig.close());

  const settle = () => {
    now += LATER_MS;
    return rig.parts.settlement.settle(new AbortController().signal);
  };

  /** Dies in the middle, as a killed worker does: nothing of it goes on, nothing is told. */
  async function dieAfter(files: number): Promise<{ readonly id: Awaited<ReturnType<ChangeRig["get"]>>["id"]; readonly jobId: string }> {
    const { id } = await rig.create({ "a.txt": "A\n", "b.txt": null });
    await rig.decideAll(id);
    const jobId = await rig.askToApply(id);
    const forever = new Promise<never>(() => undefined);
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    void rig.work(id, undefined, async (done) => {
      if (done < files) return;
      resolve();
      await forever;
    });
    await reached;
    return { id, jobId };
  }

  it("is left alone while its job is on its way", async () => {
    const { id, jobId } = await dieAfter(1);
    rig.setJob(jobId, { state: "running" });
    expect(await settle()).toBe(0);
    expect(await rig.get(id)).toMatchObject({ state: "applying" });
  });

  it("is taken back when it was half done, and can be applied again", async () => {
    const { id, jobId } = await dieAfter(1);
    expect(await rig.read("a.txt")).toBe("A\n");
    rig.setJob(jobId, { state: "failed" });
    expect(await settle()).toBe(1);
    expect(await rig.get(id)).toMatchObject({ state: "failed", problem: { code: "change_failed" } });
    expect([await rig.read("a.txt"), await rig.read("b.txt")]).toEqual([TEXT, TEXT]);
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
  });

  it("says that it was cancelled where somebody did that", async () => {
    const { id, jobId } = await dieAfter(2);
    rig.setJob(jobId, { state: "cancelled" });
    await settle();
    expect(await rig.get(id)).toMatchObject({ state: "failed", problem: { code: "apply_cancelled" } });
    expect([await rig.read("a.txt"), await rig.read("b.txt")]).toEqual([TEXT, TEXT]);
  });

  it("is for review again at once where its job was cancelled before it began, and asks for that while somebody looks", async () => {
    const { id, job } = await rig.create({ "a.txt": "A\n" });
    const isAskedFor = () => rig.database.outbox.items.filter(({ message }) => message.name === "execution.change-sets.settle").length;
    const abort = new AbortController();
    const events = rig.parts.service.watchChangeSets(rig.caller, { projectId: rig.projectId }, abort.signal);
    const reading = (async () => {
      for await (const item of events) if (!("gap" in item)) return item.event.id;
      return null;
    })();
    rig.setJob(job?.id ?? "", { state: "waiting" });
    // Nothing is asked for while it only waits: the settlement leaves it alone, too.
    await rig.parts.service.addComment(rig.caller, { id, fileId: (await rig.get(id)).files[0]?.id ?? "", side: "proposal", line: 1, text: "Why?" });
    expect([await rig.parts.settlement.settle(abort.signal), isAskedFor()]).toEqual([0, 0]);
    rig.setJob(job?.id ?? "", { state: "cancelled" });
    await expect.poll(isAskedFor).toBe(1);
    expect(await rig.parts.settlement.settle(abort.signal)).toBe(1);
    expect(await rig.get(id)).toMatchObject({ state: "ready" });
    expect(await reading).toBe(id);
    abort.abort();
    expect(isAskedFor()).toBe(1);
  });

  it("goes on where the same job comes again", async () => {
    const { id } = await dieAfter(1);
    expect(await rig.work(id)).toMatchObject({ state: "applied" });
    expect([await rig.read("a.txt"), await rig.read("b.txt")]).toEqual(["A\n", null]);
  });

  it("holds up nobody else for ever", async () => {
    const { id, jobId } = await dieAfter(1);
    const other = await rig.create({ "c.txt": "c\n" });
    await rig.decideAll(other.id);
    const waiting = rig.apply(other.id);
    rig.setJob(jobId, { state: "failed" });
    await settle();
    expect(await waiting).toMatchObject({ state: "applied" });
    expect(await rig.get(id)).toMatchObject({ state: "failed" });
  });

  it("is for review again where only its check was lost", async () => {
    const { id, job } = await rig.create({ "a.txt": "A\n" });
    rig.setJob(job?.id ?? "", { state: "failed" });
    expect(await settle()).toBe(1);
    expect(await rig.get(id)).toMatchObject({ state: "ready" });
  });
});
