import { z } from "zod";
import { SchemaReader } from "./schema-reader.ts";

const MediaSchema = z.looseObject({ content: z.record(z.string(), z.object({ schema: z.unknown() })).optional(), $ref: z.string().optional() });
const OperationSchema = z.looseObject({
  operationId: z.string(),
  "x-permission": z.string().optional(),
  servers: z.array(z.object({ url: z.string() })).optional(),
  parameters: z.array(MediaSchema.extend({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: z.unknown().optional() })).optional(),
  requestBody: MediaSchema.optional(),
  responses: z.record(z.string(), MediaSchema),
});
const DocumentSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), OperationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).optional(), responses: z.record(z.string(), MediaSchema).optional() }),
});

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: unknown;
}

/** What a request or an answer carries: JSON of a schema, bytes, or nothing. */
export type Content = { readonly kind: "json"; readonly schema: unknown } | { readonly kind: "bytes" } | { readonly kind: "nothing" };

/** An operation as the document describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Null when everybody may call it. */
  readonly permission: string | null;
  readonly pathParameters: readonly Parameter[];
  readonly queryParameters: readonly Parameter[];
  readonly body: Content;
  /** By documented status. */
  readonly answers: ReadonlyMap<number, Content>;
}

/** A live stream as the document describes it. */
export interface Stream {
  readonly id: string;
  readonly permission: string | null;
  /** Schema of its input; undefined when it takes none. */
  readonly input: unknown;
  /** Schema of what each message carries. */
  readonly item: unknown;
}

export interface ApiDocument {
  readonly operations: readonly Operation[];
  readonly streams: readonly Stream[];
  readonly reader: SchemaReader;
  /** As published, for a validator that follows its references. */
  readonly raw: object;
}

export function readApiDocument(raw: unknown): ApiDocument {
  const document = DocumentSchema.parse(raw);
  const shared = document.components.responses ?? {};
  const described = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const isStream = ({ operation }: (typeof described)[number]) => operation.servers?.[0]?.url === "/api/trpc";
  const operations = described
    .filter((each) => !isStream(each))
    .map(({ path, method, operation }): Operation => {
      const parameters = (operation.parameters ?? []).map((parameter) => ({ ...parameter, required: parameter.required ?? false, schema: parameter.schema }));
      const answers = Object.entries(operation.responses).map(([status, response]) => {
        const answer = response.$ref === undefined ? response : shared[response.$ref.split("/").at(-1) ?? ""];
        return [Number(status), contentOf(answer)] as const;
      });
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        permission: operation["x-permission"] ?? null,
        pathParameters: parameters.filter((parameter) => parameter.in === "path"),
        queryParameters: parameters.filter((parameter) => parameter.in === "query"),
        body: contentOf(operation.requestBody),
        answers: new Map(answers),
      };
    });
  const streams = described.filter(isStream).map(({ operation }): Stream => ({
    id: operation.operationId,
    permission: operation["x-permission"] ?? null,
    input: Object.values(operation.parameters?.find(({ name }) => name === "input")?.content ?? {})[0]?.schema,
    item: Object.values(operation.responses["200"]?.content ?? {})[0]?.schema,
  }));
  return { operations, streams, reader: new SchemaReader(document.components.schemas ?? {}), raw: document };
}

function contentOf(media: z.infer<typeof MediaSchema> | undefined): Content {
  const [type, described] = Object.entries(media?.content ?? {})[0] ?? [];
  if (described === undefined) return { kind: "nothing" };
  return type === "application/json" ? { kind: "json", schema: described.schema } : { kind: "bytes" };
}
