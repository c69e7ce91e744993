import { ChangeSetIdSchema } from "@coder/api/execution";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ReviewEdits } from "./ReviewEdits.ts";

const ID = ChangeSetIdSchema.parse("0190f5fe-7c00-7a00-8a00-000000000001");
const [ONE, TWO] = [{ id: "one", proposalHash: "h1" }, { id: "two", proposalHash: null }];

beforeEach(() => {
  const items = new Map<string, string>();
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => items.set(key, value), removeItem: (key: string) => items.delete(key) });
});
afterEach(() => vi.unstubAllGlobals());

it("keeps what was typed into several proposals over a reload, until it is kept or left", () => {
  const before = new ReviewEdits(ID);
  before.begin(ONE);
  before.begin(TWO);
  before.type(ONE, "typed");
  before.keep();
  const after = new ReviewEdits(ID);
  expect([[...after.get()], after.textOf(ONE), after.textOf(TWO)]).toEqual([["one", "two"], "typed", null]);
  after.end(ONE);
  after.end(TWO);
  expect([...new ReviewEdits(ID).get()]).toEqual([]);
});

it("is not the edit of a proposal that somebody else has changed meanwhile", () => {
  const edits = new ReviewEdits(ID);
  edits.begin(ONE);
  expect([edits.has(ONE), edits.has({ ...ONE, proposalHash: "h2" }), edits.has(TWO)]).toEqual([true, false, false]);
});
