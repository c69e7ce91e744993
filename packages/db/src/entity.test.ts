import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineEntity, type EntityDescriptor } from "./entity.ts";
import { fieldsOf } from "./entity-fields.ts";

const schema = z.object({ id: z.uuid(), organizationId: z.uuid(), name: z.string() });
const entity = (changes: Partial<EntityDescriptor>): EntityDescriptor => ({ table: "demo_items", model: "DemoItem", tenancy: "organization", schema, ...changes });

describe("defineEntity", () => {
  it.each([
    ["a table without its module's prefix", { table: "items" }, "module_tablename"],
    ["no id", { schema: z.object({ organizationId: z.uuid() }) }, "lacks the field id"],
    ["no tenant field", { schema: z.object({ id: z.uuid() }) }, "lacks the field organizationId"],
    ["no user for rows of people", { tenancy: "user" as const }, "lacks the field userId"],
    ["a version of its own", { schema: schema.extend({ etag: z.string() }) }, "etag"],
    ["a field that may be absent", { schema: schema.extend({ note: z.string().optional() }) }, "note is optional"],
    ["an index on nothing", { indexes: [["nope"]] }, "nope"],
    ["a unique set on nothing", { unique: [["nope"]] }, "nope"],
  ])("refuses %s", (_what, changes, words) => {
    expect(() => defineEntity(entity(changes))).toThrow(words);
  });

  it("accepts the rest", () => {
    expect(defineEntity(entity({ unique: [["name"]], indexes: [["name", "id"]] })).table).toBe("demo_items");
    expect(defineEntity(entity({ tenancy: "system", schema: z.object({ id: z.string() }) })).tenancy).toBe("system");
  });
});

describe("fieldsOf", () => {
  it("reads what each field is from the schema", () => {
    const fields = fieldsOf(
      entity({
        schema: z.object({
          id: z.uuid().brand<"Id">(),
          organizationId: z.guid(),
          text: z.string().max(5).nullable(),
          email: z.email(),
          status: z.enum(["a", "b"]),
          kind: z.literal("x"),
          either: z.union([z.literal("x"), z.literal("y")]),
          mixed: z.union([z.string(), z.number()]),
          count: z.int(),
          whole: z.number().int().default(1),
          ratio: z.number().readonly(),
          done: z.boolean(),
          at: z.iso.datetime().nullable(),
          trimmed: z.string().transform((value) => value.trim()).pipe(z.string()),
          tags: z.array(z.string()),
          ids: z.array(z.uuid()),
          maybeTags: z.array(z.string()).nullable(),
          things: z.array(z.object({})),
          map: z.record(z.string(), z.unknown()),
          anything: z.unknown(),
        }),
      }),
    );
    expect(Object.fromEntries([...fields].map(([name, { kind, nullable }]) => [name, nullable ? `${kind}?` : kind]))).toEqual({
      id: "uuid",
      organizationId: "uuid",
      text: "string?",
      email: "string",
      status: "string",
      kind: "string",
      either: "string",
      mixed: "json",
      count: "integer",
      whole: "integer",
      ratio: "number",
      done: "boolean",
      at: "datetime?",
      trimmed: "string",
      tags: "list",
      ids: "list",
      maybeTags: "json?",
      things: "json",
      map: "json",
      anything: "json",
    });
  });
});
