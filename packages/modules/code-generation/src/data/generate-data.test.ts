import { TestDataInputSchema, type TestDataInput } from "@coder/api/code-generation";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { Project, ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { generateData } from "./generate-data.ts";

const input = (given: z.input<typeof TestDataInputSchema>): TestDataInput => TestDataInputSchema.parse(given);
const rowsOf = (files: Readonly<Record<string, string>>, given: z.input<typeof TestDataInputSchema>): unknown[][] => generateData(snapshotOf(files), input(given)).files.map(({ content }) => z.array(z.unknown()).parse(JSON.parse(content)));

const ZOD_SOURCE = `
import { z } from "zod";
export const ROLES = ["owner", "guest"] as const;
export const CustomerSchema = z.object({
  id: z.string().uuid(),
  name: z.string().min(2).max(40),
  email: z.string().email(),
  role: z.enum(ROLES),
  age: z.number().int().min(18).max(99).optional(),
  code: z.string().regex(/^[A-Z]{3}-\\d{2,4}$/),
  site: z.string().url().nullable(),
  tags: z.array(z.string().min(1)).min(1).max(4),
  since: z.string().datetime(),
  score: z.number().multipleOf(0.5).gte(0).lt(10),
});
export const OrderSchema = z.object({
  id: z.number().int().positive(),
  customerId: z.string().uuid(),
  lines: z.array(z.object({ sku: z.string().length(8), quantity: z.int().min(1).max(5) })).nonempty(),
  payment: z.discriminatedUnion("kind", [z.object({ kind: z.literal("card"), last4: z.string().regex(/^\\d{4}$/) }), z.object({ kind: z.literal("cash"), paid: z.boolean() })]),
  note: z.string().max(3).nullish(),
});
`;

const ROLES = ["owner", "guest"] as const;
const CustomerSchema = z.strictObject({
  id: z.uuid(), name: z.string().min(2).max(40), email: z.email(), role: z.enum(ROLES), age: z.int().min(18).max(99).optional(), code: z.string().regex(/^[A-Z]{3}-\d{2,4}$/), site: z.url().nullable(),
  tags: z.array(z.string().min(1)).min(1).max(4), since: z.iso.datetime(), score: z.number().multipleOf(0.5).gte(0).lt(10),
});
const OrderSchema = z.strictObject({
  id: z.int().positive(), customerId: z.uuid(), lines: z.array(z.strictObject({ sku: z.string().length(8), quantity: z.int().min(1).max(5) })).nonempty(),
  payment: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("card"), last4: z.string().regex(/^\d{4}$/) }), z.strictObject({ kind: z.literal("cash"), paid: z.boolean() })]), note: z.string().max(3).nullish(),
});

describe("rows of zod schemas", () => {
  it.each([false, true])("are accepted by zod and refer to each other, edge cases: %s", (edgeCases) => {
    const [customers = [], orders = []] = rowsOf({ "src/schemas.ts": ZOD_SOURCE }, { tables: [{ type: "CustomerSchema", rows: 80 }, { type: "OrderSchema", rows: 200 }], edgeCases });
    const known = z.array(CustomerSchema).parse(customers);
    const ids = new Set(known.map(({ id }) => id));
    expect(ids.size).toBe(80);
    const made = z.array(OrderSchema).parse(orders);
    expect(made.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(made.filter(({ customerId }) => !ids.has(customerId))).toEqual([]);
  });

  it("are the same bytes for the same key and others for another", () => {
    const bytes = (key: string) => generateData(snapshotOf({ "src/schemas.ts": ZOD_SOURCE }), input({ tables: [{ type: "CustomerSchema", rows: 30 }], key })).files[0]?.content;
    expect(bytes("a")).toBe(bytes("a"));
    expect(bytes("a")).not.toBe(bytes("b"));
  });

  it("stay the same where more of them are asked for", () => {
    const rows = (count: number) => rowsOf({ "src/schemas.ts": ZOD_SOURCE }, { tables: [{ type: "CustomerSchema", rows: count }] })[0] ?? [];
    expect(rows(40).slice(0, 10)).toEqual(rows(10));
  });
});

const TYPES = `
export enum Colour { Red = "red", Blue = "blue" }
export interface Named { readonly name: string }
export interface Category { id: number; title: string; parent?: Category; children: Category[] }
export interface Product extends Named {
  id: string;
  /** @minimum 1 @maximum 9 */
  rank: number;
  colour: Colour;
  size: "s" | "m" | 12;
  address: { street: string; city?: string } | null;
  pair: [number, string];
  labels: Record<string, number>;
  madeAt: Date;
  big: bigint;
  path: \`/items/\${number}\`;
  categoryId: number;
  category?: Category;
  rest: Partial<Omit<Category, "children" | "parent">>;
  maybe: string | undefined;
}
export type Event = { kind: "made"; product: string } | { kind: "gone"; at: string };
`;

describe("rows of TypeScript types", () => {
  it.each([false, true])("are accepted by the strict compiler, edge cases: %s", (edgeCases) => {
    const made = generateData(snapshotOf({ "src/types.ts": TYPES, "tsconfig.json": "{}" }), input({ tables: [{ type: "Product", rows: 40 }, { type: "Category", rows: 10 }, { type: "Event", rows: 10 }], format: "typescript", edgeCases }));
    const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, noUncheckedIndexedAccess: true } });
    project.createSourceFile("src/types.ts", TYPES);
    for (const { path, content } of made.files) project.createSourceFile(path, content);
    expect(project.getPreEmitDiagnostics().map((one) => ts.flattenDiagnosticMessageText(one.compilerObject.messageText, "\n"))).toEqual([]);
    expect(made.files.map(({ path }) => path)).toEqual(["fixtures/products.ts", "fixtures/categories.ts", "fixtures/events.ts"]);
    expect(made.files[0]?.content).toContain('import type { Product } from "../src/types";');
  });

  it("refuse what cannot be made, naming the field", () => {
    const refusal = (given: z.input<typeof TestDataInputSchema>, source: string) => {
      try {
        generateData(snapshotOf({ "a.ts": source }), input(given));
        return "made";
      } catch (error) {
        return z.object({ code: z.string(), details: z.object({ path: z.string() }) }).parse(error);
      }
    };
    expect(refusal({ tables: [{ type: "Nothing", rows: 1 }] }, TYPES)).toMatchObject({ code: "input_invalid", details: { path: "tables.0.type" } });
    expect(refusal({ tables: [{ type: "Loop", rows: 1 }] }, "interface Loop { id: string; next: Loop }")).toMatchObject({ code: "input_invalid", details: { path: "tables.0.type" } });
    expect(refusal({ tables: [{ type: "Few", rows: 3 }] }, "interface Few {\n /** @unique */\n kind: 'a' | 'b' }")).toMatchObject({ code: "input_invalid", details: { path: "tables.0.rows" } });
    expect(refusal({ tables: [{ type: "Narrow", rows: 1 }] }, "interface Narrow {\n /** @minimum 5\n * @maximum 4 */\n n: number }")).toMatchObject({ code: "input_invalid", details: { path: "tables.0.type" } });
  });

  it("are written as CSV that reads back", () => {
    const [file] = generateData(snapshotOf({ "a.ts": "export interface Item { id: number; text: string; place: { x: number } }" }), input({ tables: [{ type: "Item", rows: 50 }], format: "csv", edgeCases: true })).files;
    const [head, ...lines] = parseCsv(file?.content ?? "");
    expect(head).toEqual(["id", "text", "place.x"]);
    expect(lines).toHaveLength(50);
    expect(lines.filter((line) => line.length !== 3)).toEqual([]);
  });
});

function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let [cell, quoted] = ["", false];
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? "";
    if (quoted && one === '"' && text[at + 1] === '"') [cell, at] = [`${cell}"`, at + 1];
    else if (one === '"') quoted = !quoted;
    else if (!quoted && (one === "," || one === "\n")) {
      rows.at(-1)?.push(cell);
      cell = "";
      if (one === "\n") rows.push([]);
    } else cell += one;
  }
  return rows.slice(0, -1);
}

/** Schemas of what the generator says it can make. */
const schema = fc.letrec<{ any: object; object: object }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.record({ type: fc.constant("string"), minLength: fc.integer({ min: 0, max: 10 }), maxLength: fc.integer({ min: 10, max: 40 }) }),
    fc.record({ type: fc.constant("string"), format: fc.constantFrom("email", "uuid", "uri", "date", "date-time", "time", "ipv4", "ipv6", "hostname", "json-pointer") }),
    fc.record({ type: fc.constant("string"), pattern: fc.constantFrom("^[a-z]{2,5}$", "^\\d+(\\.\\d{2})?$", "^(foo|bar)-[A-F0-9]{4}$", "^[^x]+$", "^\\w+@\\w+\\.\\w{2,3}$") }),
    fc.record({ type: fc.constant("integer"), minimum: fc.integer({ min: -50, max: 50 }), maximum: fc.integer({ min: 51, max: 5_000 }) }),
    fc.record({ type: fc.constant("number"), exclusiveMinimum: fc.integer({ min: -5, max: 0 }), maximum: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ type: fc.constant("integer"), multipleOf: fc.integer({ min: 1, max: 7 }), minimum: fc.constant(3), exclusiveMaximum: fc.integer({ min: 20, max: 90 }) }),
    fc.constant({ type: "boolean" }),
    fc.constant({ type: ["string", "null"], maxLength: 5 }),
    fc.record({ enum: fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { minLength: 1, maxLength: 4 }) }),
    fc.record({ type: fc.constant("array"), items: tie("any"), minItems: fc.integer({ min: 0, max: 2 }), maxItems: fc.integer({ min: 2, max: 4 }) }),
    fc.record({ anyOf: fc.array(tie("any"), { minLength: 1, maxLength: 3 }) }),
    tie("object"),
  ),
  object: fc
    .uniqueArray(fc.tuple(fc.constantFrom("id", "name", "email", "total", "createdAt", "items", "owner_id", "x"), tie("any"), fc.boolean()), { selector: ([name]) => name, minLength: 1, maxLength: 5 })
    .map((fields) => ({ type: "object", properties: Object.fromEntries(fields.map(([name, of]) => [name, of])), required: fields.filter(([, , required]) => required).map(([name]) => name), additionalProperties: false })),
})).object;

describe("rows of JSON Schemas", () => {
  it("are accepted by Ajv, whatever the schema", () => {
    fc.assert(
      fc.property(schema, fc.boolean(), fc.string({ maxLength: 5 }), (properties, edgeCases, key) => {
        const root = { $schema: "https://json-schema.org/draft/2020-12/schema", title: "Thing", ...properties };
        const ajv = new Ajv2020({ strict: false });
        addFormats.default(ajv);
        const check = ajv.compile(root);
        let rows: unknown[];
        try {
          [rows = []] = rowsOf({ "thing.schema.json": JSON.stringify(root) }, { tables: [{ type: "Thing", rows: 3 }], edgeCases, key });
        } catch (error) {
          // Three different ids cannot be made of fewer.
          expect(error).toMatchObject({ code: "input_invalid", details: { path: "tables.0.rows" } });
          return;
        }
        for (const row of rows) expect([check(row), check.errors, row]).toEqual([true, null, row]);
      }),
      { numRuns: 150 },
    );
  });
});
