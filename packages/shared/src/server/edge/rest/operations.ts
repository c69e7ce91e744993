import type { AnyProcedure, AnyRouter } from "@trpc/server";
import { z } from "zod";
import type { ProcedureMeta, RestRoute } from "../../../trpc/meta.ts";
import { inputSchemaOf, metaOf, outputSchemaOf, streamItemOf } from "../procedure-parts.ts";
import { transferMeta, type NamedTransfer } from "../transfers/transfer-meta.ts";
import { fieldReader, unwrap, type FieldReader } from "./field-reader.ts";

/** A live stream. It has no REST form: it is reached as server-sent events below `/api/trpc`. */
export interface StreamOperation {
  readonly name: string;
  readonly meta: ProcedureMeta;
  readonly input: z.ZodType | null;
  readonly item: z.ZodType;
}

/** Every live stream of a router that people outside may follow. */
export function streamOperations(router: AnyRouter): readonly StreamOperation[] {
  const procedures: Readonly<Record<string, AnyProcedure>> = router._def.procedures;
  return Object.entries(procedures).flatMap(([name, procedure]) => {
    const [meta, item] = [metaOf(procedure), streamItemOf(procedure)];
    return meta === null || item === null || "audience" in meta ? [] : [{ name, meta, item, input: inputSchemaOf(procedure) }];
  });
}

/** What is reached over REST: a procedure, or a transfer of bytes. The dispatcher and the OpenAPI document are made from the same list of these. */
export type RestOperation = ProcedureOperation | TransferOperation;

interface CommonOperation {
  /** Its path in the router: `auth.signIn`. */
  readonly name: string;
  readonly meta: ProcedureMeta;
  readonly route: RestRoute;
  readonly segments: readonly PathSegment[];
  readonly input: OperationInput | null;
}

export interface ProcedureOperation extends CommonOperation {
  readonly kind: "procedure";
  readonly procedure: AnyProcedure;
  readonly output: z.ZodType;
}

export interface TransferOperation extends CommonOperation {
  readonly kind: "upload" | "download";
  /** Null where bytes are answered. */
  readonly output: z.ZodType | null;
}

export type PathSegment = { readonly literal: string } | { readonly parameter: string };

export interface OperationInput {
  readonly schema: z.ZodType;
  /** Fields that come from the URL. */
  readonly path: ReadonlyMap<string, FieldReader>;
  readonly query: ReadonlyMap<string, FieldReader>;
  /** Whether the rest of the input is the JSON body. */
  readonly body: boolean;
  /** The input's fields; null where it is not an object with fixed fields (a union), which only a body can carry. */
  readonly fields: z.ZodObject | null;
  /** Whether the input may be left out altogether. */
  readonly optional: boolean;
}

/**
 * Every REST operation of a router, and the transfers beside it. Throws at start, naming the operation, when a route cannot be served: an input the URL
 * cannot carry, a path outside its module's bases, two operations on one route.
 */
export function restOperations(router: AnyRouter, apiBases: readonly string[], transfers: readonly NamedTransfer[] = []): readonly RestOperation[] {
  const procedures: Readonly<Record<string, AnyProcedure>> = router._def.procedures;
  const operations = [
    ...Object.entries(procedures).flatMap(([name, procedure]) => {
      const meta = metaOf(procedure);
      if (meta?.openapi === undefined || "audience" in meta) return [];
      const route = meta.openapi;
      return [named(name, route, () => restOperation(name, procedure, meta, route, apiBases))];
    }),
    ...transfers.map((transfer) => named(transfer.name, transfer.definition, () => transferOperation(transfer, apiBases))),
  ];
  const byRoute = new Map<string, string>();
  for (const { name, route } of operations) {
    const key = `${route.method} ${route.path.replace(/\{[^}]+\}/g, "{}")}`;
    const other = byRoute.get(key);
    if (other !== undefined) throw new Error(`${name} and ${other} are both reached by ${route.method} ${route.path}`);
    byRoute.set(key, name);
  }
  return operations;
}

function named<Operation>(name: string, { method, path }: Pick<RestRoute, "method" | "path">, make: () => Operation): Operation {
  try {
    return make();
  } catch (cause) {
    throw new Error(`The route of ${name} (${method} ${path}): ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function restOperation(name: string, procedure: AnyProcedure, meta: ProcedureMeta, route: RestRoute, apiBases: readonly string[]): ProcedureOperation {
  if (procedure._def.type === "subscription") throw new Error("a live stream has no REST form");
  if (route.method === "GET" && procedure._def.type === "mutation") throw new Error("GET must not change anything, and this is a mutation");
  const output = outputSchemaOf(procedure);
  if (output === null) throw new Error("it does not say what it answers");
  const segments = routeSegments(route, apiBases);
  const schema = inputSchemaOf(procedure);
  const mayHaveBody = route.method !== "GET" && route.method !== "DELETE";
  return { kind: "procedure", name, procedure, meta, route, segments, output, input: schema === null ? null : operationInput(schema, segments, mayHaveBody) };
}

/** The body is the bytes, so all of the input stands in the URL. */
function transferOperation({ name, definition }: NamedTransfer, apiBases: readonly string[]): TransferOperation {
  const { meta, route } = transferMeta(definition);
  const segments = routeSegments(route, apiBases);
  const input = operationInput(definition.input, segments, false);
  return definition.method === "GET"
    ? { kind: "download", name, meta, route, segments, input, output: null }
    : { kind: "upload", name, meta, route, segments, input, output: definition.output };
}

function routeSegments({ path }: RestRoute, apiBases: readonly string[]): readonly PathSegment[] {
  const full = `/api/v1${path}`;
  if (!apiBases.some((base) => full === base || full.startsWith(`${base}/`))) throw new Error(`it lies outside of ${apiBases.join(", ")}`);
  return path.slice(1).split("/").map(pathSegment);
}

function pathSegment(text: string): PathSegment {
  const parameter = /^\{(\w+)\}$/.exec(text)?.[1];
  if (parameter !== undefined) return { parameter };
  if (!/^[\w.~-]+$/.test(text)) throw new Error(`"${text}" is not a path segment`);
  return { literal: text };
}

function operationInput(schema: z.ZodType, segments: readonly PathSegment[], mayHaveBody: boolean): OperationInput {
  const bare = unwrap(schema);
  const parameters = segments.flatMap((segment) => ("parameter" in segment ? [segment.parameter] : []));
  const fields = bare instanceof z.ZodObject ? bare : null;
  const optional = schema.safeParse(undefined).success;
  if (fields === null) {
    if (!mayHaveBody || parameters.length > 0) throw new Error("its input must be an object, because parts of it come from the URL");
    return { schema, path: new Map(), query: new Map(), body: true, fields, optional };
  }
  const shape: Readonly<Record<string, unknown>> = fields.shape;
  const reader = (field: string): [string, FieldReader] => {
    const type = shape[field];
    const read = type instanceof z.ZodType ? fieldReader(type) : null;
    if (read === null) throw new Error(`"${field}" must be a text, number, boolean, choice or a list of one of them to stand in the URL`);
    return [field, read];
  };
  const path = new Map(parameters.map(reader));
  const others = Object.keys(shape).filter((field) => !path.has(field));
  return { schema, path, query: new Map(mayHaveBody ? [] : others.map(reader)), body: mayHaveBody && others.length > 0, fields, optional };
}
