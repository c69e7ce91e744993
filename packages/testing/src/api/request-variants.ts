import type { Operation, Parameter } from "./operation.ts";
import type { SchemaReader } from "./schema-reader.ts";
import { HOSTILE_TEXTS, oddValues, typeOf, validValue } from "./schema-values.ts";

/** A request to send: which values, and what is to come of it. */
export interface RequestVariant {
  readonly what: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** JSON text, or what is uploaded; undefined without a body. */
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** `valid`: any documented answer but a failure of ours. `invalid`: refused with a documented 4xx. */
  readonly expect: "valid" | "invalid";
}

/** Whether a value fits a schema, references and all. */
export type Fits = (schema: unknown, value: unknown) => boolean;

/** Values the generator cannot know, such as the id of something that is there: by field name. What an upload carries is under `bytes`. */
export type Samples = Readonly<Record<string, unknown>>;

export function validRequest(operation: Operation, reader: SchemaReader, samples: Samples): RequestVariant {
  const text = ({ name, schema }: Parameter) => [name, String(samples[name] ?? validValue(schema, reader))] as const;
  return {
    what: "a valid request",
    path: Object.fromEntries(operation.pathParameters.map(text)),
    query: Object.fromEntries(operation.queryParameters.filter(({ name, required }) => required || name in samples).map(text)),
    body: operation.body.kind === "bytes" ? bytesOf(samples) : operation.body.kind === "json" ? JSON.stringify(validBody(operation.body.schema, reader, samples)) : undefined,
    expect: "valid",
  };
}

function bytesOf({ bytes }: Samples): Uint8Array<ArrayBuffer> {
  return bytes instanceof Uint8Array ? new Uint8Array(bytes) : new TextEncoder().encode("contract check");
}

export function validBody(schema: unknown, reader: SchemaReader, samples: Samples): unknown {
  const body = validValue(schema, reader);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const known = reader.properties(schema).filter(({ name }) => name in samples);
  return { ...body, ...Object.fromEntries(known.map(({ name }) => [name, samples[name]])) };
}

/** Everything near the valid request that the document does not allow, and what it allows but nobody expects. */
export function oddRequests(operation: Operation, reader: SchemaReader, samples: Samples, fits: Fits): readonly RequestVariant[] {
  const valid = validRequest(operation, reader, samples);
  return [
    ...operation.pathParameters.flatMap((parameter) => oddTexts(parameter, reader, fits).map(({ what, text, expect }) => ({ ...valid, what: `${parameter.name} in the path: ${what}`, path: { ...valid.path, [parameter.name]: text }, expect }))),
    ...operation.queryParameters.flatMap((parameter) => oddTexts(parameter, reader, fits).map(({ what, text, expect }) => ({ ...valid, what: `${parameter.name} in the query: ${what}`, query: { ...valid.query, [parameter.name]: text }, expect }))),
    ...operation.queryParameters.filter(({ required }) => required).map(({ name }) => ({ ...valid, what: `without ${name}`, query: without(valid.query, name), expect: "invalid" as const })),
    ...(operation.body.kind === "json" && typeof valid.body === "string" ? oddBodies(operation.body.schema, JSON.parse(valid.body), reader, fits).map(({ what, body, expect }) => ({ ...valid, what, body, expect })) : []),
    ...(operation.body.kind === "bytes" ? ODD_UPLOADS.map(({ what, headers }) => ({ ...valid, what, headers, expect: "invalid" as const })) : []),
    ...([...operation.answers.values()].some(({ kind }) => kind === "bytes") ? RANGES.map((range) => ({ ...valid, what: `the range ${range}`, headers: { range } })) : []),
  ];
}

const ODD_UPLOADS = [
  { what: "a form instead of bytes", headers: { "content-type": "multipart/form-data; boundary=x" } },
  { what: "text instead of bytes", headers: { "content-type": "text/plain" } },
  { what: "compressed bytes", headers: { "content-encoding": "gzip" } },
];
const RANGES = ["bytes=0-0", "bytes=0-", "bytes=-1", "bytes=999999999999-", "bytes=0-0,2-2", "lines=1-2"];

function oddTexts({ schema }: Parameter, reader: SchemaReader, fits: Fits): { what: string; text: string; expect: RequestVariant["expect"] }[] {
  const node = reader.read(schema);
  const isText = typeOf(node) === "string";
  // In a URL everything is text: a wrong type shows only where text is not what is wanted.
  const odd = oddValues(schema, reader).flatMap(({ what, value }) => {
    if (typeof value === "string" || typeof value === "number") return [{ what, value }];
    return what === "a wrong type" && !isText && typeOf(node) !== "array" ? [{ what, value: "not-one" }] : [];
  });
  const judged = odd.filter(({ value }) => value !== "").map(({ what, value }) => ({ what, text: String(value), expect: fits(schema, value) ? ("valid" as const) : ("invalid" as const) }));
  const hostile = isText ? HOSTILE_TEXTS.filter((text) => text !== "\ud800").map((text) => ({ what: `the text ${JSON.stringify(text)}`, text, expect: fits(schema, text) ? ("valid" as const) : ("invalid" as const) })) : [];
  return [...judged, ...hostile, { what: "a NUL", text: "\0", expect: "invalid" }];
}

export interface OddBody {
  readonly what: string;
  readonly body: string;
  readonly expect: RequestVariant["expect"];
}

/** Everything near a valid JSON value that its schema does not allow, and what it allows but nobody expects. */
export function oddBodies(schema: unknown, valid: unknown, reader: SchemaReader, fits: Fits): readonly OddBody[] {
  const judged = (what: string, value: unknown): OddBody => ({ what, body: JSON.stringify(value), expect: fits(schema, value) ? "valid" : "invalid" });
  const whole: OddBody[] = [
    { what: "a body that breaks off", body: '{"a":', expect: "invalid" },
    { what: "a body nested too deep", body: `${"[".repeat(200)}${"]".repeat(200)}`, expect: "invalid" },
    judged("a list for a body", []),
    judged("a text for a body", "text"),
    judged("null for a body", null),
  ];
  if (typeof valid !== "object" || valid === null || Array.isArray(valid)) return whole;
  const properties = reader.properties(schema);
  const texts = properties.filter(({ schema: property }) => isFreeText(property, reader)).map(({ name }) => name);
  return [
    ...whole,
    judged("a field nobody knows", { ...valid, "contract-check": 1 }),
    { what: "a field named __proto__", body: JSON.stringify(valid).replace(/^\{/, '{"__proto__":{"x":1},').replace(",}", "}"), expect: "invalid" },
    ...properties.filter(({ required }) => required).map(({ name }) => judged(`without ${name}`, without(valid, name))),
    ...properties.flatMap(({ name, schema: property }) => oddValues(property, reader).map(({ what, value }) => judged(`${name}: ${what}`, { ...valid, [name]: value }))),
    ...(texts.length === 0 ? [] : HOSTILE_TEXTS.map((text) => judged(`texts like ${JSON.stringify(text)}`, { ...valid, ...Object.fromEntries(texts.map((name) => [name, text])) }))),
    ...(texts.length === 0 ? [] : [{ what: "texts with a NUL", body: JSON.stringify({ ...valid, ...Object.fromEntries(texts.map((name) => [name, "a\0b"])) }), expect: "invalid" as const }]),
  ];
}

function isFreeText(schema: unknown, reader: SchemaReader): boolean {
  const node = reader.read(schema);
  return typeOf(node) === "string" && node.enum === undefined && node.const === undefined && node.format === undefined;
}

function without<Value>(record: Readonly<Record<string, Value>> | object, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
