import { describe, expect, it } from "vitest";
import { choose } from "./use-selection.ts";

const ORDER = ["a", "b", "c", "d", "e"];
const NOTHING = { ids: new Set<string>(), active: null, anchor: null };
const pick = (steps: readonly (readonly [string, Parameters<typeof choose>[3]])[]) => steps.reduce((state, [id, mode]) => choose(state, ORDER, id, mode), NOTHING as ReturnType<typeof choose>);

describe("choosing rows", () => {
  it("extends from the last plain choice, forwards and backwards", () => {
    expect([...pick([["c", "only"], ["e", "range"]]).ids]).toEqual(["c", "d", "e"]);
    expect([...pick([["c", "only"], ["e", "range"], ["a", "range"]]).ids]).toEqual(["a", "b", "c"]);
  });

  it("adds and takes away one at a time", () => {
    expect([...pick([["a", "only"], ["c", "toggle"], ["d", "toggle"], ["a", "toggle"]]).ids]).toEqual(["c", "d"]);
  });

  it("moves without choosing", () => {
    const state = pick([["a", "only"], ["d", "move"]]);
    expect(state.active).toBe("d");
    expect([...state.ids]).toEqual(["a"]);
  });

  it("starts a range where the first row was chosen by it", () => {
    expect([...pick([["b", "range"], ["d", "range"]]).ids]).toEqual(["b", "c", "d"]);
  });
});
