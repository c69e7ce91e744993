import { z } from "zod";
import { EntryPathSchema } from "../workspace/index.ts";

export const HTTP_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export const HttpMethodSchema = z.enum(HTTP_METHODS);
export type HttpMethod = z.output<typeof HttpMethodSchema>;

/** What an endpoint does with its entity. */
export const ENDPOINT_ACTIONS = ["list", "get", "create", "update", "delete"] as const;
export const EndpointActionSchema = z.enum(ENDPOINT_ACTIONS);
export type EndpointAction = z.output<typeof EndpointActionSchema>;

export const PARAM_TYPES = ["string", "integer", "uuid"] as const;
export const FIELD_TYPES = ["string", "number", "integer", "boolean", "date", "email", "uuid", "url"] as const;
export const FieldTypeSchema = z.enum(FIELD_TYPES);
export type FieldType = z.output<typeof FieldTypeSchema>;

const IdentifierSchema = z.string().min(1).max(60).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name of letters, digits and underscores");

/** `/users/:id/orders`, from the root of the server. */
export const EndpointPathSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?:\/(?::[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9][A-Za-z0-9._~-]*))+$/, "must be a path such as /users/:id");

export const EndpointParamSchema = z.strictObject({ name: IdentifierSchema, type: z.enum(PARAM_TYPES) });
export type EndpointParam = z.output<typeof EndpointParamSchema>;

export const EndpointFieldSchema = z.strictObject({
  name: IdentifierSchema,
  type: FieldTypeSchema,
  list: z.boolean().default(false),
  optional: z.boolean().default(false),
});
export type EndpointField = z.output<typeof EndpointFieldSchema>;

/** The form of the generator `http-endpoint`. */
export const EndpointInputSchema = z.strictObject({
  method: HttpMethodSchema,
  path: EndpointPathSchema,
  action: EndpointActionSchema,
  /** Singular: `User`, `order item`. */
  entity: z.string().trim().min(1).max(60).regex(/^[A-Za-z][A-Za-z0-9 _-]*$/, "must be a name such as User"),
  /** Types of the parameters in the path; what is not named is a string. */
  params: z.array(EndpointParamSchema).max(10).default([]),
  /** Of the body, where the action takes one, and of what is answered. */
  fields: z.array(EndpointFieldSchema).max(60).default([]),
});
export type EndpointInput = z.output<typeof EndpointInputSchema>;

export const DATA_FORMATS = ["json", "csv", "typescript"] as const;
export const LOCALES = ["en", "de", "fr", "es"] as const;
export const MAX_ROWS = 10_000;

export const DataTableSchema = z.strictObject({
  /** A type or schema of the project. */
  type: z.string().min(1).max(200),
  /** The file that has it; needed where more than one has a type of that name. */
  path: EntryPathSchema.optional(),
  rows: z.int().min(1).max(MAX_ROWS),
});
export type DataTable = z.output<typeof DataTableSchema>;

/** The form of the generator `test-data`. */
export const TestDataInputSchema = z.strictObject({
  tables: z.array(DataTableSchema).min(1).max(20),
  format: z.enum(DATA_FORMATS).default("json"),
  /** The same key makes the same rows. */
  key: z.string().max(200).default("1"),
  locale: z.enum(LOCALES).default("en"),
  /** Prefer what lies at the border of what is allowed. */
  edgeCases: z.boolean().default(false),
  /** Where the files go; the project's own place for test data by default. */
  folder: EntryPathSchema.optional(),
});
export type TestDataInput = z.output<typeof TestDataInputSchema>;

export const GenerationInputSchema = z.union([EndpointInputSchema, TestDataInputSchema]);
export type GenerationInput = z.output<typeof GenerationInputSchema>;
