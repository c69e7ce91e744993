import { compileFunction } from "node:vm";
import { TestDataInputSchema } from "@coder/api/code-generation";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Project, ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { generateData } from "./generate-data.ts";

const ROWS = 12;

function make(files: Readonly<Record<string, string>>, type: string, format: "json" | "typescript" = "json") {
  return [false, true].map((edgeCases) => generateData(snapshotOf(files), TestDataInputSchema.parse({ tables: [{ type, rows: ROWS }], format, edgeCases })));
}

/** What stands before a schema in its file. */
const ZOD_BEFORE = `
enum Side { Left = "left", Right = "right" }
const LEVELS = ["low", "high"] as const;
const Place = z.object({ street: z.string().min(1), city: z.string().optional(), geo: z.object({ lat: z.number().min(-90).max(90) }) });
const Base = z.object({ kind: z.literal("base"), size: z.number().int().min(1).max(9) });
`;
const ZOD_CASES = [
  "z.string().trim().min(3).max(6)", "z.string().length(4)", "z.string().nonempty().max(2)", 'z.string().startsWith("ab").endsWith("yz")', 'z.string().includes("mid")', "z.string().lowercase()", "z.string().uppercase()",
  "z.string().toLowerCase()", "z.email()", "z.uuid()", "z.guid()", "z.url()", "z.iso.date()", "z.iso.time()", "z.iso.datetime()", "z.iso.duration()", "z.ipv4()", "z.ipv6()", "z.cuid()", "z.cuid2()", "z.ulid()", "z.nanoid()", "z.base64()", "z.hostname()",
  'z.string().regex(/^[a-f]{2}-\\d+$/).describe("a code")',
  "z.number().int().positive()", "z.number().negative()", "z.number().nonnegative().lte(3)", "z.number().nonpositive().gte(-2)", "z.number().gt(1).lt(2)", "z.number().multipleOf(5).min(-20).max(20)", "z.number().safe()", "z.int32()", "z.uint32()", "z.float64()",
  "z.int().min(-(2 ** 3)).max(2 * 4)", "z.coerce.number().int().min(1).max(3)", "z.coerce.string().max(3)", "z.boolean()", "z.null()", "z.any()", "z.unknown()",
  'z.literal("only")', "z.literal(-7)", "z.literal(true)", "z.literal(null)", 'z.literal(["a", 2, false])', "z.enum(LEVELS)", "z.enum(Side)", 'z.enum({ One: "one", Two: "two" })', "z.nativeEnum(Side)", 'z.enum(["a", "b", "c"]).exclude(["a"])', 'z.enum(["a", "b", "c"]).extract(["a"])',
  "z.array(z.int().min(0)).min(2).max(3)", "z.string().max(4).array().length(2)", "z.array(z.boolean()).nonempty()", "z.tuple([z.string(), z.number(), z.boolean()])", "z.record(z.string().min(1), z.int())", "z.record(z.enum(LEVELS), z.boolean())",
  'z.union([z.string().max(2), z.number()])', "z.string().or(z.null())", 'z.discriminatedUnion("kind", [Base, z.object({ kind: z.literal("other"), on: z.boolean() })])', "z.intersection(Place, z.object({ more: z.boolean() }))", "Place.and(z.object({ more: z.boolean() }))",
  "Place", "Place.shape.street", "Place.shape.geo.shape.lat", "Place.extend({ zip: z.string().length(5) })", "Place.merge(Base)", "Place.safeExtend({ floor: z.int().max(5) })", "Place.pick({ street: true })", 'Place.omit({ "geo": true })', "Place.partial()", "Place.partial({ street: true })", "Place.required()",
  "Place.keyof()", "z.object({ ...Base.shape, own: z.int() })", "z.looseObject({ a: z.string() })", "z.object({ a: z.lazy(() => z.string().max(1)) })", "z.object({ a: z.string().max(1).default(\"x\") }).readonly()",
  "z.string().max(3).nullable()", "z.string().max(3).optional()", "z.string().max(3).nullish()", "z.nullable(z.int())", "z.optional(z.int())", "z.nullish(z.boolean())", "z.string().optional().nullable()", '(z.string().max(2) satisfies unknown)', "z.string().max(3).brand()",
];

describe("a zod schema", () => {
  it.each(ZOD_CASES)("%s is met by every row, as zod itself says", (expression) => {
    const source = `${ZOD_BEFORE}\nexport const RowSchema = z.object({ value: ${expression} });`;
    const code = ts.transpileModule(source.replace("export const RowSchema =", "return"), { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText;
    const real = z.custom<z.ZodType>((value) => value instanceof z.ZodObject).parse(compileFunction(code, ["z"])(z));
    for (const made of make({ "src/row.ts": `import { z } from "zod";\n${source}` }, "RowSchema", "json")) {
      const rows = z.array(z.unknown()).parse(JSON.parse(made.files[0]?.content ?? ""));
      expect(rows).toHaveLength(ROWS);
      for (const row of rows) expect([row, real.safeParse(row).error?.issues]).toEqual([row, undefined]);
    }
  });
});

const TYPE_BEFORE = `
enum Level { Low, High = 5, Top }
const enum Side { Left = "left" }
interface Place { readonly street: string; city?: string; geo: { lat: number } }
type Both = Place & { more: boolean };
interface Box<T> { inside: T; also: readonly T[] }
type Deep<T> = Box<Box<T>>;
type Pair<A, B = string> = [A, B];
const KINDS = ["a", "b"] as const;
const TABLE = { one: 1, two: 2 } as const;
class Point { x = 0; y?: number; constructor(readonly name: string) {} }
`;
const TYPE_CASES = [
  "string", "number", "boolean", "null", "undefined", "bigint", "Date", "unknown", "any", "object", '"only"', "-3", "true", "`a-${number}`", "string | null", "Level", "Side", "Level.High", "Place", "Both", "Box<number>", "Box<Place>", "Pair<number>", "Pair<boolean, null>", "Deep<number>", "Level.Top | null",
  "string[]", "readonly number[]", "Array<boolean>", "ReadonlyArray<string>", "[string, number?]", "[a: string, b: boolean]", "Record<string, number>", 'Record<"x" | "y", boolean>', "{ [key: string]: number }", "Partial<Place>", "Required<Place>", "Readonly<Place>",
  'Pick<Place, "street">', 'Omit<Place, "geo">', 'Exclude<"a" | "b", "a">', 'Extract<"a" | "b", "a">', "NonNullable<string | null>", "(typeof KINDS)[number]", "keyof Place", 'Place["geo"]', 'Place["geo"]["lat"]', "keyof typeof TABLE", "(string | number)[]", "Set<string>", "ReadonlySet<Level>", "Set<\"a\" | \"b\"> | null", "Set<Place>[]",
];

describe("TypeScript types", () => {
  it("are met by every row, as the compiler itself says", { timeout: 120_000 }, () => {
    const names = TYPE_CASES.map((_type, index) => `Row${index}`);
    const source = `${TYPE_BEFORE.replaceAll(/^(const enum|enum|interface|type|class|const) /gm, "export $1 ")}\n${TYPE_CASES.map((type, index) => `export interface Row${index} { value: ${type} }`).join("\n")}`;
    const files = { "src/row.ts": source, "tsconfig.json": "{}" };
    const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler } });
    project.createSourceFile("src/row.ts", source);
    const typeOf = new Map<string, string>();
    for (const [index, name] of names.entries()) {
      for (const [edge, made] of make(files, name, "typescript").entries()) {
        for (const { content } of made.files) typeOf.set(project.createSourceFile(`fixtures/${name}-${edge}.ts`, content).getFilePath(), TYPE_CASES[index] ?? "");
      }
    }
    const wrong = project.getPreEmitDiagnostics().map((one) => `${typeOf.get(one.getSourceFile()?.getFilePath() ?? "") ?? "before"}: ${ts.flattenDiagnosticMessageText(one.compilerObject.messageText, "\n")}`);
    expect([...new Set(wrong)]).toEqual([]);
    expect(typeOf.size).toBe(2 * TYPE_CASES.length);
  });
});

const JSON_CASES: readonly (readonly [string, object])[] = [
  ["a reference into the document", { $defs: { "a/b": { type: "string", maxLength: 3 } }, properties: { value: { $ref: "#/$defs/a~1b" } } }],
  ["a reference with more beside it", { $defs: { place: { type: "object", properties: { street: { type: "string" } }, required: ["street"] } }, properties: { value: { $ref: "#/$defs/place", properties: { city: { type: "string" } }, required: ["city"] } } }],
  ["a constant", { properties: { value: { const: "only" } } }],
  ["null as a constant", { properties: { value: { const: null } } }],
  ["an enumeration of kinds", { properties: { value: { enum: ["a", 2, true, null] } } }],
  ["one of several, with a type around", { properties: { value: { type: "object", properties: { id: { type: "integer" } }, required: ["id"], oneOf: [{ properties: { kind: { const: "x" } }, required: ["kind"] }, { properties: { kind: { const: "y" }, on: { type: "boolean" } }, required: ["kind", "on"] }] } } }],
  ["all of several", { properties: { value: { allOf: [{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }, { type: "object", properties: { b: { type: "integer" } }, required: ["b"] }] } } }],
  ["all of several, with fields beside", { properties: { value: { allOf: [{ type: "object", properties: { a: { type: "string" } } }], properties: { b: { type: "integer" } }, required: ["a", "b"] } } }],
  ["a tuple", { properties: { value: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false } } }],
  ["unique items", { properties: { value: { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, uniqueItems: true, minItems: 2, maxItems: 5 } } }],
  ["a map", { properties: { value: { type: "object", additionalProperties: { type: "integer" }, minProperties: 2, maxProperties: 3 } } }],
  ["a required field without a schema", { properties: { value: { type: "object", required: ["any"] } } }],
  ["fields without a type", { properties: { value: { properties: { a: { type: "boolean" } }, required: ["a"] } } }],
  ["several types", { properties: { value: { type: ["integer", "boolean", "null"], minimum: 3 } } }],
  ["a schema that allows all", { properties: { value: true } }],
];

describe("a JSON Schema", () => {
  it.each(JSON_CASES)("with %s is met by every row, as Ajv itself says", (_what, part) => {
    const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", title: "Row", type: "object", required: ["value"], ...part };
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const check = ajv.compile(schema);
    for (const made of make({ "row.schema.json": JSON.stringify(schema) }, "Row")) for (const row of z.array(z.unknown()).parse(JSON.parse(made.files[0]?.content ?? ""))) expect([check(row), row, check.errors]).toEqual([true, row, null]);
  });

  it("of draft 7 with a list of items is read as the tuple that it is", () => {
    const schema = { $schema: "http://json-schema.org/draft-07/schema#", title: "Row", type: "object", properties: { value: { type: "array", items: [{ type: "string" }, { type: "boolean" }], minItems: 2 } }, required: ["value"] };
    const check = new Ajv({ strict: false }).compile(schema);
    for (const made of make({ "row.schema.json": JSON.stringify(schema) }, "Row")) for (const row of z.array(z.unknown()).parse(JSON.parse(made.files[0]?.content ?? ""))) expect([check(row), row, check.errors]).toEqual([true, row, null]);
  });

  it("that holds itself ends, and one with what is not looked into says so", () => {
    const schema = { title: "Row", type: "object", properties: { value: { $ref: "#" }, name: { type: "string", not: { const: "x" } }, lost: { $ref: "#/nowhere" } }, required: ["name"] };
    const [made] = make({ "row.schema.json": JSON.stringify(schema) }, "Row");
    expect(JSON.stringify(made)).toMatch(/\\"not\\" is not looked into/);
    expect(JSON.stringify(made)).toContain("#/nowhere is not in the document");
  });

  it("that stands in code, or is one of several in a document, is found by its name", () => {
    const properties = { count: { type: "integer", minimum: -3, maximum: -1 }, kind: { enum: ["a", null, true] } };
    const inCode = 'export const rowSchema = { type: "object", properties: { count: { type: "integer", minimum: -3, maximum: -1 }, kind: { enum: ["a", null, true] } }, required: ["count", "kind"] } as const;';
    const document = JSON.stringify({ $defs: { Other: { type: "object", properties: { x: { type: "string" } } }, Row: { type: "object", properties, required: ["count", "kind"] } } }, null, 2);
    const check = new Ajv({ strict: false }).compile({ type: "object", properties, required: ["count", "kind"] });
    for (const [files, type] of [[{ "src/schemas.ts": inCode }, "rowSchema"], [{ "all.schema.json": document }, "Row"]] as const) {
      for (const made of make(files, type)) for (const row of z.array(z.unknown()).parse(JSON.parse(made.files[0]?.content ?? ""))) expect([check(row), row]).toEqual([true, row]);
    }
  });
});

describe("a type's name", () => {
  it("that two files use is asked for with its file", () => {
    const files = { "a.ts": "export interface Row { one: string }", "b.ts": "export interface Row { two: string }" };
    expect(() => make(files, "Row")).toThrow(expect.objectContaining({ code: "input_invalid", message: expect.stringContaining("a.ts, b.ts") }));
    const [made] = generateData(snapshotOf(files), TestDataInputSchema.parse({ tables: [{ type: "Row", path: "b.ts", rows: 1 }] })).files;
    expect(Object.keys(z.array(z.record(z.string(), z.string())).parse(JSON.parse(made?.content ?? ""))[0] ?? {})).toEqual(["two"]);
  });

  it("of what has no fields is refused", () => {
    expect(() => make({ "a.ts": "export interface Row {}\nexport type Text = string;" }, "Row")).toThrow(expect.objectContaining({ code: "input_invalid" }));
  });
});
