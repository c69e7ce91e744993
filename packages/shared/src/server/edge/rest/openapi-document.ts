import { z } from "zod";
import { createDocument, createSchema, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from "zod-openapi";
import { AppErrorDataSchema } from "../../../app-error.ts";
import type { ProcedureMeta } from "../../../trpc/meta.ts";
import type { OperationInput, RestOperation, StreamOperation } from "./operations.ts";

const BYTES = { "application/octet-stream": { schema: { type: "string", format: "binary" } } } as const;

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

/** An OpenAPI 3.1 document, as JSON. */
export type OpenApiDocument = ReturnType<typeof createDocument>;

const ErrorSchema = z
  .object({ error: AppErrorDataSchema, traceId: z.string().describe("Names this request in the installation's logs") })
  .meta({ id: "Error", description: "`code` is stable and for programs; `message` and `remedy` are for people." });

const ERROR_RESPONSES = {
  400: "The input is not valid, or not JSON",
  401: "Nobody is signed in, or the session has ended",
  403: "The caller may not do this",
  404: "There is no such thing, or not in the caller's organization",
  408: "Nothing more of the body arrived",
  409: "It contradicts what is there",
  412: "It was changed by somebody else since it was read",
  413: "The body is too large",
  415: "The body is not of the content type that is expected",
  416: "There is nothing in the range that was asked for",
  429: "Too many requests in a short time; `Retry-After` says how long to wait",
  499: "The caller cancelled",
  500: "Something went wrong on our side",
  503: "A part that is needed does not answer; nothing was done unless the message says otherwise",
  504: "A part that is needed did not answer in time",
} as const;
type ErrorStatus = keyof typeof ERROR_RESPONSES;

const ALWAYS: readonly ErrorStatus[] = [400, 401, 403, 404, 429, 500, 503, 504];

/**
 * Documents the public operations and live streams. Internal procedures are not among them, so they cannot slip in.
 *
 * @param cookieName of the session cookie, which depends on whether the address is https
 */
export function openApiDocument(operations: readonly RestOperation[], streams: readonly StreamOperation[], info: OpenApiInfo, cookieName: string): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const { path, method } = operation.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(operation) };
  }
  for (const stream of streams) paths[`/${stream.name}`] = { get: describeStream(stream) };
  return createDocument({
    openapi: "3.1.0",
    info: { title: info.title, version: info.version, ...(info.description === undefined ? {} : { description: info.description }) },
    servers: [{ url: "/api/v1", description: "This installation" }],
    tags: [...new Set([...operations.map(({ route }) => route.tags), ...streams.map(({ meta }) => meta.stream?.tags)].flatMap((tags) => tags ?? []))].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: { Error: ErrorSchema },
      responses: Object.fromEntries(
        Object.entries(ERROR_RESPONSES).map(([status, description]) => [
          `Error${status}`,
          { description, content: { "application/json": { schema: ErrorSchema } } },
        ]),
      ),
      securitySchemes: {
        cookie: { type: "apiKey", in: "cookie", name: cookieName, description: "What a browser has after signing in" },
        bearer: { type: "http", scheme: "bearer", description: "A session's token, for programs" },
      },
    },
  });
}

function describeOperation(operation: RestOperation): ZodOpenApiOperationObject {
  const { name, meta, route, input } = operation;
  return {
    ...describeAccess(name, meta, route),
    ...(input === null ? {} : describeInput(input)),
    ...(operation.kind === "upload" ? { requestBody: { required: true, content: BYTES } } : {}),
    responses: { ...describeSuccess(operation), ...describeErrors(documentedErrors(operation)) },
  };
}

function describeAccess(name: string, meta: ProcedureMeta, { summary, tags }: { readonly summary?: string; readonly tags?: string[] }): Pick<ZodOpenApiOperationObject, "operationId" | "summary" | "tags" | "security"> {
  return {
    operationId: name,
    ...(summary === undefined ? {} : { summary }),
    ...(tags === undefined ? {} : { tags }),
    ...("permission" in meta ? { "x-permission": meta.permission } : { "x-public": true }),
    ...(meta.rateLimit === undefined ? {} : { "x-rate-limit": `${meta.rateLimit.limit} per ${meta.rateLimit.windowSeconds} s and ${meta.rateLimit.by}` }),
    security: "permission" in meta ? [{ cookie: [] }, { bearer: [] }] : [],
  };
}

/** Errors come as an event `serialized-error`, in tRPC's form, and end the stream. */
function describeStream({ name, meta, input, item }: StreamOperation): ZodOpenApiOperationObject {
  const parameter = input === null ? [] : [{ name: "input", in: "query" as const, required: !input.safeParse(undefined).success, content: { "application/json": { schema: createSchema(input, { io: "input" }).schema } } }];
  return {
    ...describeAccess(name, meta, meta.stream ?? {}),
    servers: [{ url: "/api/trpc", description: "Live streams" }],
    parameters: parameter,
    responses: { 200: { description: "Server-sent events, until the client leaves or all is told: each `message` carries one of these", content: { "text/event-stream": { schema: item } } } },
  };
}

function describeInput(input: OperationInput): Pick<ZodOpenApiOperationObject, "requestParams" | "requestBody"> {
  const requestParams = { path: pick(input, input.path.keys()), query: pick(input, input.query.keys()) };
  if (!input.body) return { requestParams };
  const schema = input.fields === null || input.path.size === 0 ? input.schema : withoutPathFields(input, input.fields);
  return { requestParams, requestBody: { required: !schema.safeParse(undefined).success, content: { "application/json": { schema } } } };
}

function pick({ fields }: OperationInput, names: Iterable<string>): z.ZodObject {
  const wanted = [...names].flatMap((name) => {
    const field = fields?.shape[name];
    return field === undefined ? [] : [[name, field] as const];
  });
  return z.object(Object.fromEntries(wanted));
}

/** Refinements over several fields are not part of a document, so building the object anew loses nothing. */
function withoutPathFields(input: OperationInput, fields: z.ZodObject): z.ZodObject {
  const body = pick(input, Object.keys(fields.shape).filter((name) => !input.path.has(name)));
  const { catchall } = fields.def;
  return catchall instanceof z.ZodType ? body.catchall(catchall) : body;
}

function documentedErrors({ kind, route, input }: RestOperation): readonly ErrorStatus[] {
  // What is there may be in a state that has no answer yet: a project that is still being imported.
  const changes: readonly ErrorStatus[] = route.method === "GET" ? [409] : [409, 412];
  const hasBody: readonly ErrorStatus[] = input?.body || kind === "upload" ? [413, 415] : [];
  const bytes: readonly ErrorStatus[] = kind === "upload" ? [408] : kind === "download" ? [416] : [];
  return [...ALWAYS, ...changes, ...hasBody, ...bytes].sort((a, b) => a - b);
}

function describeSuccess({ output }: RestOperation): ZodOpenApiResponsesObject {
  if (output === null) return { 200: { description: "All of it", content: BYTES }, 206: { description: "The range that was asked for", content: BYTES } };
  if (output instanceof z.ZodVoid || output instanceof z.ZodUndefined) return { 204: { description: "Done" } };
  return { 200: { description: "Done", content: { "application/json": { schema: output } } } };
}

function describeErrors(errors: readonly ErrorStatus[]): ZodOpenApiResponsesObject {
  return Object.fromEntries(errors.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]));
}
