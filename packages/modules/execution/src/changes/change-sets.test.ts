import { symlink, mkdir } from "node:fs/promises";
import path from "node:path";
import { outcome, somebody } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeRig, sha256 } from "./__fixtures__/ChangeRig.ts";

const TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

describe("a change set", () => {
  let rig: ChangeRig;
  beforeEach(async () => {
    rig = await ChangeRig.open();
    await rig.write({ "src/a.ts": TEXT, "gone.txt": "bye\n" });
  });
  afterEach(() => rig.close());

  it("tells files, hunks and reasons, and is there once for one key", async () => {
    const proposal = await rig.proposal({ "src/a.ts": TEXT.replace("two", "2").replace("six\n", ""), "new/b.ts": "b\n", "gone.txt": null });
    const [first] = proposal.files;
    first?.hunkReasons.push({ line: 2, reason: "A figure reads better" });
    const made = await rig.parts.service.createChangeSet(rig.caller, proposal);
    expect(made).toMatchObject({ state: "validating", title: "A change", counts: { files: 3, additions: 2, deletions: 3, hunks: 4, accepted: 0, rejected: 0 } });
    expect(made.files.map(({ path: at, kind, hunks }) => [at, kind, hunks.map((hunk) => [hunk.baseStart, hunk.baseLines, hunk.newStart, hunk.newLines, hunk.reason, hunk.decision])])).toEqual([
      ["src/a.ts", "modify", [[2, 1, 2, 1, "A figure reads better", "undecided"], [6, 1, 6, 0, "", "undecided"]]],
      ["new/b.ts", "create", [[1, 0, 1, 1, "", "undecided"]]],
      ["gone.txt", "delete", [[1, 1, 1, 0, "", "undecided"]]],
    ]);
    expect((await rig.parts.service.createChangeSet(rig.caller, proposal)).id).toBe(made.id);
    expect(await outcome(rig.parts.service.createChangeSet(rig.caller, { ...proposal, title: "Another" }))).toBe("key_reused");
    const twice = await rig.proposal({ "src/a.ts": "x\n" });
    const both = await Promise.all([rig.parts.service.createChangeSet(rig.caller, twice), rig.parts.service.createChangeSet(rig.caller, twice)]);
    expect(both[0].id).toBe(both[1].id);
    expect((await rig.parts.service.listChangeSets(rig.caller, { projectId: rig.projectId, limit: 1 })).items.map(({ id }) => id)).toEqual([both[0].id]);
    await rig.parts.service.discardChangeSet(rig.caller, { id: both[0].id });
    const listed = async (states?: ("validating" | "discarded")[]) => (await rig.parts.service.listChangeSets(rig.caller, { projectId: rig.projectId, limit: 10, ...(states ? { states } : {}) })).items.map(({ id }) => id);
    expect([await listed(), await listed(["validating"]), await listed(["discarded"]), await listed(["validating", "discarded"])]).toEqual([[made.id], [made.id], [both[0].id], [both[0].id, made.id]]);
    expect(rig.database.outbox.items.filter(({ message }) => message.name === "execution.change-set.created")).toHaveLength(2);
  });

  it("is refused where it is not based on what is there, is no text, or names what no change may touch", async () => {
    await rig.write({ "image.png": Uint8Array.of(0x89, 0x50, 0x00, 0xff) });
    await mkdir(path.join(rig.tree, "folder"));
    await symlink("/etc", path.join(rig.tree, "out"));
    const { service } = rig.parts;
    const create = async (files: Record<string, string | null>, change: (file: { baseHash: string | null }) => object = () => ({})) => {
      const proposal = await rig.proposal(files);
      return outcome(rig.as("member").createChangeSet({ ...proposal, files: proposal.files.map((file) => ({ ...file, ...change(file) })) }).catch((error: { code?: string; cause?: unknown }) => {
        throw error.code === "BAD_REQUEST" && !(error.cause && "code" in (error.cause as object)) ? Object.assign(new Error("invalid"), { cause: error.cause }) : error;
      })).catch(() => "invalid_input");
    };
    expect(await create({ "src/a.ts": "x\n" }, () => ({ baseHash: sha256("other") }))).toBe("stale_base");
    expect(await create({ "src/a.ts": "x\n" }, () => ({ kind: "create", baseHash: null }))).toBe("stale_base");
    expect(await create({ "image.png": "x\n" })).toBe("binary_file");
    expect(await create({ "src/a.ts": "a\0b" })).toBe("binary_file");
    expect(await create({ "src/a.ts": "\ud800" })).toBe("binary_file");
    expect(await create({ "src/a.ts": TEXT })).toBe("nothing_changes");
    expect(await create({ "x": "1", "x/y": "2" })).toBe("file_listed_twice");
    for (const hostile of ["../a", "/etc/passwd", ".git/hooks/pre-commit", "sub/.GIT/config", "a//b", "a/./b", "nul\0", "\udc80"]) expect([hostile, await create({ ok: "1" }, () => ({ path: hostile }))]).toEqual([hostile, "invalid_input"]);
    expect(await create({ "out/passwd": "x" })).not.toBe("done");
    expect(await create({ folder: "x" }, () => ({ kind: "create", baseHash: null }))).not.toBe("done");
    expect(await outcome(service.createChangeSet(somebody(), await rig.proposal({ "src/a.ts": "x" })))).toBe("project_not_found");
    rig.workspace.status = "importing";
    expect(await create({ "src/a.ts": "x\n" })).toBe("project_not_ready");
  });

  it("belongs to its organization alone", async () => {
    const { id, files: [file] } = await rig.create({ "src/a.ts": "x\n" });
    const other = somebody();
    const { service } = rig.parts;
    const target = { fileId: file?.id ?? "", version: file?.version ?? "" };
    for (const asked of [
      service.getChangeSet(other, { id, waitMs: 0 }, new AbortController().signal), service.getChangeFile(other, { id, fileId: target.fileId }), service.checkBases(other, { id }), service.discardChangeSet(other, { id }),
      service.decideChanges(other, { id, decision: "accepted", targets: [target] }), service.editProposal(other, { id, ...target, content: "y" }), service.validateChangeSet(other, { id }),
      service.addComment(other, { id, fileId: target.fileId, side: "proposal", line: 1, text: "x" }), service.applyChangeSet(other, { id, version: "x", stale: "refuse", validation: "skip" }),
      service.undoChangeSet(other, { id, version: "x", stale: "refuse" }),
    ]) expect(await outcome(asked)).toBe("change_set_not_found");
  });

  it("lets each role do what the permissions say, and tells the audit log", async () => {
    const { id, version } = await rig.create({ "src/a.ts": "x\n" });
    expect(await outcome(rig.as("auditor").getChangeSet({ id }))).toBe("permission_missing");
    expect(await outcome(rig.as("auditor").applyChangeSet({ id, version }))).toBe("permission_missing");
    expect(await outcome(rig.as("member").discardChangeSet({ id }))).toBe("done");
    expect(rig.audited).toEqual([
      { action: "applyChangeSet", outcome: "denied", errorCode: "permission_missing", target: { type: "change-set", id } },
      { action: "discardChangeSet", outcome: "success", target: { type: "change-set", id }, details: { projectId: rig.projectId, title: "A change", state: "discarded" } },
    ]);
  });

  it("keeps decisions by hunk and line, and lets nobody write over another's", async () => {
    const { id, files: [file] } = await rig.create({ "src/a.ts": TEXT.replace("two", "2").replace("six", "6\n7") });
    const { service } = rig.parts;
    const [first, second] = file?.hunks ?? [];
    const decide = (version: string, hunkId: string, decision: "accepted" | "rejected", lines?: number[]) =>
      service.decideChanges(rig.caller, { id, decision, targets: [{ fileId: file?.id ?? "", version, hunks: [{ id: hunkId, ...(lines ? { lines } : {}) }] }] });
    const { files: [one] } = await decide(file?.version ?? "", first?.id ?? "", "accepted");
    expect(await outcome(decide(file?.version ?? "", second?.id ?? "", "rejected"))).toBe("version_conflict");
    const { files: [two] } = await decide(one?.version ?? "", second?.id ?? "", "accepted", [2]);
    expect(two?.hunks.map(({ decision, lines }) => [decision, lines])).toEqual([["accepted", null], ["mixed", "uua"]]);
    expect(await outcome(decide(two?.version ?? "", "0000", "accepted"))).toBe("hunk_not_found");
    expect((await service.getChangeFile(rig.caller, { id, fileId: file?.id ?? "" })).accepted).toBe(TEXT.replace("two", "2").replace("six", "six\n7"));
    expect((await rig.get(id)).counts).toMatchObject({ hunks: 2, accepted: 1, rejected: 0 });
    const race = await Promise.all(["accepted" as const, "rejected" as const].map((each) => outcome(decide(two?.version ?? "", first?.id ?? "", each))));
    expect(race.toSorted()).toEqual(["done", "version_conflict"]);
  });

  it("is edited in place without losing what still fits", async () => {
    const { id, files: [file] } = await rig.create({ "src/a.ts": TEXT.replace("two", "2").replace("six", "6") });
    const { service } = rig.parts;
    const { files: [one] } = await service.decideChanges(rig.caller, { id, decision: "accepted", targets: [{ fileId: file?.id ?? "", version: file?.version ?? "" }] });
    const edited = await service.editProposal(rig.caller, { id, fileId: one?.id ?? "", version: one?.version ?? "", content: TEXT.replace("two", "2").replace("six", "six and a half") });
    expect(edited.edited).toBe(true);
    expect(edited.hunks.map(({ decision, lines }) => [decision, lines])).toEqual([["accepted", null], ["mixed", "au"]]);
    expect(await outcome(service.editProposal(rig.caller, { id, fileId: one?.id ?? "", version: one?.version ?? "", content: "z" }))).toBe("version_conflict");
    const { id: other, files: [gone] } = await rig.create({ "gone.txt": null });
    expect(await outcome(service.editProposal(rig.caller, { id: other, fileId: gone?.id ?? "", version: gone?.version ?? "", content: "z" }))).toBe("not_editable");
  });

  it("takes comments on lines, one's own to delete", async () => {
    const { id, files: [file], version } = await rig.create({ "src/a.ts": "x\n" });
    const { service } = rig.parts;
    const comment = await service.addComment(rig.caller, { id, fileId: file?.id ?? "", side: "proposal", line: 1, text: "Why?" });
    const read = await rig.get(id);
    expect(read.comments).toEqual([comment]);
    // It changes nothing of what is applied.
    expect(read.version).toBe(version);
    const colleague = { ...somebody(), organizationId: rig.caller.organizationId };
    expect(await outcome(service.deleteComment(colleague, { id, commentId: comment.id }))).toBe("comment_not_found");
    await service.deleteComment(rig.caller, { id, commentId: comment.id });
    expect((await rig.get(id)).comments).toEqual([]);
  });

  it("says which files changed since, and whether that can be put together", async () => {
    const { id } = await rig.create({ "src/a.ts": TEXT.replace("two", "2"), "gone.txt": null, "new.txt": "n\n" });
    const states = async () => (await rig.parts.service.checkBases(rig.caller, { id })).items.map(({ state, hunkIds }) => [state, hunkIds.length]);
    expect(await states()).toEqual([["current", 0], ["current", 0], ["current", 0]]);
    await rig.write({ "src/a.ts": TEXT.replace("seven", "7"), "gone.txt": "changed\n", "new.txt": "somebody's\n" });
    expect(await states()).toEqual([["merges", 0], ["conflicts", 1], ["conflicts", 1]]);
    await rig.write({ "src/a.ts": TEXT.replace("two", "zwei") });
    expect((await states())[0]).toEqual(["conflicts", 1]);
  });

  it("is told of to whoever follows the project", async () => {
    const abort = new AbortController();
    const seen: unknown[] = [];
    const events = rig.parts.service.watchChangeSets(rig.caller, { projectId: rig.projectId }, abort.signal);
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const reading = (async () => {
      let gaps = 0;
      for await (const item of events) {
        if ("gap" in item) {
          gaps += 1;
          if (gaps === 2) resolve();
        } else {
          seen.push(item.event);
          abort.abort();
        }
      }
    })();
    await ready;
    const { id } = await rig.create({ "src/a.ts": "x\n" });
    await reading;
    expect(seen).toMatchObject([{ id, state: "validating" }]);
  });
});
