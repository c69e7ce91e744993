import { AppError } from "@coder/shared";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineEntity } from "../entity.ts";
import { isRepeatable, toAppError } from "./postgres-errors.ts";

const entity = defineEntity({
  table: "demo_items",
  model: "DemoItem",
  tenancy: "organization",
  schema: z.object({ id: z.uuid(), organizationId: z.uuid(), slug: z.string(), kindName: z.string() }),
  unique: [["slug"], ["slug", "kindName"]],
});

/** As Prisma wraps what the server said. */
function fromServer(originalCode: string, more: { message?: string; index?: string } = {}): Error {
  const cause = { originalCode, kind: "postgres", ...(more.index ? { constraint: { index: more.index } } : {}) };
  return Object.assign(new Error(more.message ?? "refused"), { code: "P2039", meta: { driverAdapterError: { cause } } });
}

describe("what the database says", () => {
  it.each([
    ["53100", "storage_full", 503],
    ["57014", "database_timeout", 504],
    ["55P03", "database_timeout", 504],
    ["40P01", "conflict", 409],
    ["57P01", "database_unavailable", 503],
    ["57P03", "database_unavailable", 503],
    ["08006", "database_unavailable", 503],
    ["53300", "database_unavailable", 503],
    ["22P05", "invalid_value", 400],
  ])("%s is %s", (state, code, httpStatus) => {
    expect(toAppError(fromServer(state), entity)).toMatchObject({ code, httpStatus, remedy: expect.stringMatching(/\w/) });
  });

  it("names the fields that are taken", () => {
    const taken = (index: string): unknown => toAppError(fromServer("23505", { index }), entity);
    expect(taken("demo_items_pkey")).toMatchObject({ code: "already_exists", details: { fields: ["id"] } });
    expect(taken("demo_items_organization_id_slug_key")).toMatchObject({ details: { fields: ["slug"] } });
    expect(taken("demo_items_slug_kind_name_key")).toMatchObject({ details: { fields: ["slug", "kindName"] } });
    expect(taken("something_else")).toMatchObject({ code: "already_exists", details: { fields: [] } });
  });

  it("tells a row of another tenant from a privilege that is missing", () => {
    expect(toAppError(fromServer("42501", { message: "new row violates row-level security policy" }), entity)).toMatchObject({ code: "wrong_tenant", httpStatus: 403 });
    const bug = fromServer("42501", { message: "permission denied for table demo_items" });
    expect(toAppError(bug, entity)).toBe(bug);
  });

  it("passes on what it does not know, and what is known already", () => {
    const strange = fromServer("XX000");
    expect(toAppError(strange, entity)).toBe(strange);
    expect(toAppError("text", null)).toBe("text");
    const known = new AppError("not_found", "x", "x", { remedy: "x" });
    expect(toAppError(known, entity)).toBe(known);
  });

  it("knows a broken line by its words where it has no code", () => {
    for (const words of ["Connection terminated unexpectedly", "timeout exceeded when trying to connect", "Client has encountered a connection error and is not queryable"]) expect(toAppError(new Error(words), null)).toMatchObject({ code: "database_unavailable" });
    const other = new Error("something else");
    expect(toAppError(other, null)).toBe(other);
    expect([isRepeatable(fromServer("40001")), isRepeatable(fromServer("23505"))]).toEqual([true, false]);
  });
});
