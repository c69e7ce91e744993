import { expect, it } from "vitest";
import { z } from "zod";
import { auditFacts } from "./audit-facts.ts";

const ID = "0197a7c2-5d2e-7000-8000-000000000001";
const OTHER = "0197a7c2-5d2e-7000-8000-000000000002";
const describeItem = auditFacts("item", "id", z.object({ id: z.uuid(), name: z.string(), secret: z.string() }), ["name"]);

it("tells what was done to what, and only the fields that are listed", () => {
  expect(describeItem({ input: { id: OTHER }, output: { id: ID, name: "First", secret: "s" } })).toEqual({ target: { type: "item", id: ID }, details: { name: "First" } });
});

it("tells of a failed call what it was about, when that is an id", () => {
  expect(describeItem({ input: { id: OTHER, name: "x" }, output: null })).toEqual({ target: { type: "item", id: OTHER } });
  for (const input of [null, "x", { id: "' or 1=1" }, { id: { $ne: 1 } }]) expect(describeItem({ input, output: null })).toEqual({});
});
