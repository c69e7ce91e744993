import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineEntity } from "./entity.ts";
import { notFound } from "./errors.ts";
import { unlessConflict } from "./unless.ts";

const row = { table: "garden_pots", model: "GardenPot", schema: z.object({ id: z.uuid() }), tenancy: "system" } as const;

describe("a row that is not there", () => {
  it("is called what it is, with the code its module gives", () => {
    expect(notFound(defineEntity({ ...row, noun: "flower pot" }), "p1")).toMatchObject({ kind: "not_found", code: "flower_pot_not_found", message: "There is no such flower pot.", details: { id: "p1" } });
  });

  it("is an entry where its table has no word for it", () => {
    expect(notFound(defineEntity(row), "p1")).toMatchObject({ kind: "not_found", code: "not_found", message: "There is no such entry." });
  });

  it("was taken away by somebody else, whatever it is called", async () => {
    expect(await unlessConflict(Promise.reject(notFound(defineEntity({ ...row, noun: "flower pot" }), "p1")))).toBeNull();
  });

  it("has a noun of lower-case words", () => {
    for (const noun of ["Pot", "pot_lid", ""]) expect(() => defineEntity({ ...row, noun })).toThrow("noun");
  });
});
