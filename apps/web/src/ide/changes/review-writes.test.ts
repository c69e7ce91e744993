import { type ChangeFile, type ChangeSet, ChangeSetIdSchema, type Hunk } from "@coder/api/execution";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { decided } from "./review-state.ts";
import { afterWrites, type ReviewPort, whenWritten, writeDecision, writeEdit } from "./review-writes.ts";

const HUNK: Hunk = { id: "h1", kind: "text", baseStart: 3, baseLines: 1, newStart: 3, newLines: 2, reason: "", provenance: null, decision: "undecided", lines: null };
const FILE: ChangeFile = { id: "f1", path: "a", kind: "modify", baseHash: "base", proposalHash: "first", executable: null, reason: "", additions: 2, deletions: 1, hunks: [HUNK], edited: false, version: "1" };

type Seen = Pick<ChangeSet, "files" | "version">;

let ids = 0;

/** A server that answers only when it is told to, and a page that shows one change set, however many views of that there are. */
class Desk {
  readonly id = ChangeSetIdSchema.parse(`01a209d1-0636-70bf-8693-${String((ids += 1)).padStart(12, "0")}`);
  readonly #held: (() => void)[] = [];
  #file = FILE;
  #shown: Pick<Seen, "files"> = { files: [FILE] };

  /** Each view of the change set has its own. */
  view(): ReviewPort<Seen> {
    return {
      id: this.id,
      read: () => this.#shown,
      show: (change) => (this.#shown = { files: [...change(this.#shown.files)] }),
      decide: async ({ decision, targets: [target] }) => {
        await this.#turn();
        return { files: [this.#write(target?.version, { hunks: [decided(HUNK, decision)] })] };
      },
      edit: async ({ version, content }) => {
        await this.#turn();
        return this.#write(version, { proposalHash: content });
      },
      get: async () => ({ files: [this.#file], version: this.#file.version }),
    };
  }

  /** Somebody else decides or edits. */
  elsewhere(changes: Partial<ChangeFile>): void {
    this.#write(this.#file.version, changes);
  }

  /** Lets the server answer the one thing that has come to it, as soon as it has. */
  async answer(): Promise<void> {
    await vi.waitFor(() => expect(this.#held).toHaveLength(1));
    this.#held.shift()?.();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  #write(version: string | undefined, changes: Partial<ChangeFile>): ChangeFile {
    if (version !== this.#file.version) throw new Error("version_conflict");
    this.#file = { ...this.#file, ...changes, version: String(Number(this.#file.version) + 1) };
    return this.#file;
  }
}

const TARGET = [{ fileId: FILE.id, hunks: [{ id: HUNK.id }] }];

describe("what one person writes of a review", () => {
  let desk: Desk;
  beforeEach(() => void (desk = new Desk()));

  it("waits for what was written before, also by a view that is gone", async () => {
    const first = writeDecision(desk.view(), "accepted", TARGET);
    const second = writeDecision(desk.view(), "rejected", TARGET);
    await desk.answer();
    await first;
    await desk.answer();
    await second;
  });

  it("is applied as it is when all of it is written", async () => {
    // A decision shows before it is written.
    desk.view().show((files) => files.map((file) => ({ ...file, hunks: [decided(HUNK, "accepted")] })));
    const decision = writeDecision(desk.view(), "accepted", TARGET);
    const unseen = vi.fn<() => void>();
    const applied = whenWritten(desk.view(), async (version) => `applied ${version}`, unseen);
    await desk.answer();
    await decision;
    expect([await applied, unseen.mock.calls]).toEqual(["applied 2", []]);
    desk.elsewhere({ hunks: [HUNK] });
    expect([await whenWritten(desk.view(), async () => "applied", unseen), unseen.mock.calls.length]).toEqual([null, 1]);
    // A check takes what there is.
    await afterWrites(desk.id);
  });

  it("is an edit of the proposal that was shown, whatever is being decided on that", async () => {
    const decision = writeDecision(desk.view(), "accepted", TARGET);
    const edit = writeEdit(desk.view(), FILE, "second");
    await desk.answer();
    await decision;
    await desk.answer();
    await edit;
    expect(desk.view().read()?.files[0]).toMatchObject({ proposalHash: "second", version: "3" });
    // Another proposal is nothing to write over.
    desk.elsewhere({ proposalHash: "theirs" });
    desk.view().show(() => [{ ...FILE, proposalHash: "theirs", version: "4" }]);
    const late = writeEdit(desk.view(), { ...FILE, proposalHash: "second", version: "3" }, "third");
    await desk.answer();
    await expect(late).rejects.toThrow("version_conflict");
  });
});
