import { ChangeSetIdSchema, type ChangeFile, type ChangeSetState, type ChangeSetSummary, type Hunk } from "@coder/api/execution";
import { ProjectIdSchema } from "@coder/api/workspace";
import { OrganizationIdSchema } from "@coder/shared";
import { describe, expect, it } from "vitest";
import { baseAsDecided, decided, decisionAt, decisionsOf, fileFrom, grouped, hunkFrom, lineFrom, linesOfHunk, placeOf, requestsFor, showsAll, tally } from "./review-state.ts";

const ORGANIZATION = OrganizationIdSchema.parse("00000000-0000-4000-8000-0000000000aa");
const PROJECT = ProjectIdSchema.parse("00000000-0000-4000-8000-0000000000bb");
const HUNK: Hunk = { id: "h1", kind: "text", baseStart: 3, baseLines: 1, newStart: 3, newLines: 2, reason: "", provenance: null, decision: "undecided", lines: null };

function file(id: string, hunks: readonly Hunk[]): ChangeFile {
  return { id, path: `${id}.ts`, kind: "modify", baseHash: null, proposalHash: null, executable: null, reason: "", additions: 0, deletions: 0, hunks: [...hunks], edited: false, version: "1" };
}

function summary(made: number, state: ChangeSetState, updated = made): ChangeSetSummary {
  const time = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
  return {
    id: ChangeSetIdSchema.parse(`00000000-0000-4000-8000-00000000000${made}`), organizationId: ORGANIZATION, projectId: PROJECT, title: "", reason: "", origin: { kind: "person", name: "", version: "" }, state,
    counts: { files: 0, additions: 0, deletions: 0, hunks: 0, accepted: 0, rejected: 0 }, job: null, problem: null, checkpointId: null, createdBy: null, createdAt: time(made), updatedAt: time(updated), appliedAt: null, version: "",
  };
}

it("change sets are listed once, newest first, in the group of what they became last", () => {
  const { open, done } = grouped([summary(2, "ready"), summary(1, "ready"), summary(4, "applied"), summary(3, "undone"), summary(2, "applied", 5), summary(5, "discarded")]);
  expect(open.map(({ createdAt }) => createdAt.slice(9, 10))).toEqual(["1"]);
  expect(done.map(({ createdAt }) => createdAt.slice(9, 10))).toEqual(["4", "3", "2"]);
});

describe("decisions", () => {
  it("are for a hunk or for lines of it, and one again when all lines are decided alike", () => {
    const mixed = decided(HUNK, "accepted", [0, 2]);
    expect([mixed.decision, mixed.lines]).toEqual(["mixed", "aua"]);
    expect([0, 1, 2].map((line) => decisionAt(mixed, line))).toEqual(["accepted", "undecided", "accepted"]);
    expect(decided(mixed, "accepted", [1])).toMatchObject({ decision: "accepted", lines: null });
    expect(decided(mixed, "rejected")).toMatchObject({ decision: "rejected", lines: null });
  });

  it("can be made again as they were", () => {
    const before = decided(decided(HUNK, "accepted", [0]), "rejected", [2]);
    const again = decisionsOf(before).reduce((hunk, { decision, lines }) => decided(hunk, decision, lines), decided(HUNK, "accepted"));
    expect(again).toEqual(before);
    expect(decisionsOf(HUNK)).toEqual([{ decision: "undecided" }]);
  });

  it("are taken back in one request per kind, of however many files", () => {
    const hunks = Array.from({ length: 2_000 }, (_, index) => ({ fileId: `f${index}`, hunks: [{ ...HUNK, id: `h${index}` }] }));
    expect(requestsFor(hunks).map(({ decision, targets }) => [decision, targets.length])).toEqual([["undecided", 2_000]]);
    expect(requestsFor([{ fileId: "a", hunks: [decided(HUNK, "accepted", [0]), { ...HUNK, id: "h2", decision: "rejected" }] }])).toEqual([
      { decision: "accepted", targets: [{ fileId: "a", hunks: [{ id: "h1", lines: [0] }] }] },
      { decision: "rejected", targets: [{ fileId: "a", hunks: [{ id: "h2" }] }] },
      { decision: "undecided", targets: [{ fileId: "a", hunks: [{ id: "h1", lines: [1, 2] }] }] },
    ]);
  });
});

describe("what is shown", () => {
  const mixed = decided(HUNK, "accepted", [0]);
  const shown = { files: [file("a", [HUNK]), file("b", [mixed])] };

  it("is all that is decided, whoever wrote it", () => {
    expect(showsAll(shown, { files: shown.files.map((each) => ({ ...each, version: "2" })) })).toBe(true);
  });

  it.each<[string, ChangeFile]>([
    ["a decision on a hunk", file("b", [decided(HUNK, "accepted")])],
    ["a decision on a line", file("b", [decided(mixed, "rejected", [2])])],
    ["another proposal", { ...file("b", [mixed]), proposalHash: "other" }],
    ["a hunk of another proposal", file("b", [mixed, { ...HUNK, id: "h2" }])],
  ])("is not all of it with %s by somebody else", (_what, other) => {
    expect(showsAll(shown, { files: [file("a", [HUNK]), other] })).toBe(false);
  });
});

describe("a file that changed since", () => {
  const hunks = [HUNK, { ...HUNK, id: "h2" }];
  const base = { fileId: "a", state: "conflicts" as const, hunkIds: ["h1", "h2"] };

  it("conflicts where that is not rejected, and can be merged when all of that is", () => {
    const [first, second] = hunks.map((hunk) => decided(hunk, "rejected"));
    expect(baseAsDecided(base, hunks)).toEqual(base);
    expect(baseAsDecided(base, [first ?? HUNK, HUNK])).toEqual({ ...base, hunkIds: ["h2"] });
    expect(baseAsDecided(base, [first ?? HUNK, second ?? HUNK])).toEqual({ ...base, state: "merges", hunkIds: [] });
  });

  it("conflicts as a whole where no hunk says so", () => {
    expect(baseAsDecided({ ...base, hunkIds: [] }, hunks).state).toBe("conflicts");
  });
});

describe("hunks", () => {
  const files = [file("a", [HUNK, { ...HUNK, id: "h2", decision: "accepted" }]), file("b", [{ ...HUNK, id: "h3", decision: "mixed", lines: "aru" }])];

  it("follow each other across files, and stop at the ends", () => {
    expect(hunkFrom(files, null, 1)).toEqual({ fileId: "a", hunkId: "h1" });
    expect(hunkFrom(files, { fileId: "a", hunkId: "h2" }, 1)).toEqual({ fileId: "b", hunkId: "h3" });
    expect(hunkFrom(files, { fileId: "b", hunkId: "h3" }, 1)).toEqual({ fileId: "b", hunkId: "h3" });
    expect(hunkFrom(files, { fileId: "a", hunkId: "h1" }, -1)).toEqual({ fileId: "a", hunkId: "h1" });
    expect(hunkFrom([], null, 1)).toBeNull();
  });

  it("are left for the next file, and gone through line by line", () => {
    expect(fileFrom(files, "a", 1)).toEqual({ fileId: "b", hunkId: "h3" });
    expect(fileFrom(files, "b", 1)).toEqual({ fileId: "b", hunkId: "h3" });
    expect(fileFrom(files, null, 1)).toEqual({ fileId: "a", hunkId: "h1" });
    expect([lineFrom(HUNK, null, 1), lineFrom(HUNK, null, -1), lineFrom(HUNK, 0, 1), lineFrom(HUNK, 2, 1), lineFrom(HUNK, 0, -1)]).toEqual([0, 2, 1, 2, 0]);
    expect(lineFrom({ ...HUNK, kind: "mode" }, null, 1)).toBeNull();
  });

  it("are counted: what has anything accepted is applied, what has anything undecided is open", () => {
    expect(tally(files)).toEqual({ total: 3, accepted: 2, open: 2 });
  });

  it("say where they lie, and read line by line", () => {
    expect(placeOf(HUNK, { kind: "modify", executable: null })).toBe("Lines 3–4");
    expect(placeOf({ ...HUNK, newLines: 0 }, { kind: "modify", executable: null })).toBe("Removed line 3");
    expect(placeOf({ ...HUNK, kind: "mode" }, { kind: "modify", executable: true })).toBe("May be run as a program");
    expect(linesOfHunk(HUNK, ["1", "2", "3", "4"], ["1", "2", "x", "y"])).toEqual([{ sign: "-", number: 3, text: "3" }, { sign: "+", number: 3, text: "x" }, { sign: "+", number: 4, text: "y" }]);
  });
});
