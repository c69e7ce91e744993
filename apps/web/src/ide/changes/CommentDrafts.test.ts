import { ChangeSetIdSchema } from "@coder/api/execution";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CommentDrafts, commentDraftsOf, type CommentPlace } from "./CommentDrafts.ts";

const ID = ChangeSetIdSchema.parse("018f0000-0000-7000-8000-000000000009");
const PLACE: CommentPlace = { fileId: "a", side: "proposal", line: 3 };

const items = new Map<string, string>();
beforeEach(() => {
  items.clear();
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => items.set(key, value), removeItem: (key: string) => items.delete(key) });
});
afterEach(() => vi.unstubAllGlobals());

it("what was written of a comment is there again, on its line alone, after a look elsewhere and a reload", () => {
  commentDraftsOf(ID).type(PLACE, "Not as");
  expect([commentDraftsOf(ID).textOf(PLACE), commentDraftsOf(ID).textOf({ ...PLACE, side: "original" })]).toEqual(["Not as", ""]);
  const reloaded = new CommentDrafts(ID);
  expect(reloaded.textOf(PLACE)).toBe("Not as");
  reloaded.type(PLACE, "");
  expect([reloaded.textOf(PLACE), items.size]).toEqual(["", 0]);
});
