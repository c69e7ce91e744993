import { z } from "zod";

/** The parts of JSON Schema 2020-12 that the product's documents use. */
export const SchemaNodeSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
});
export type SchemaNode = z.infer<typeof SchemaNodeSchema>;

/** Finds what a schema is about, through references, choices (the first) and combinations. */
export class SchemaReader {
  readonly #components: Readonly<Record<string, unknown>>;

  constructor(components: Readonly<Record<string, unknown>>) {
    this.#components = components;
  }

  read(schema: unknown): SchemaNode {
    const node = SchemaNodeSchema.parse(schema === true || schema === undefined ? {} : schema);
    if (node.$ref !== undefined) return this.read(this.#components[node.$ref.split("/").at(-1) ?? ""]);
    const [choice] = node.anyOf ?? node.oneOf ?? [];
    if (choice !== undefined) return this.read(choice);
    if (node.allOf) return node.allOf.map((part) => this.read(part)).reduce((all, part) => ({ ...all, ...part, properties: { ...all.properties, ...part.properties } }), {});
    return node;
  }

  properties(schema: unknown): readonly { readonly name: string; readonly required: boolean; readonly schema: unknown }[] {
    const { properties = {}, required = [] } = this.read(schema);
    return Object.entries(properties).map(([name, property]) => ({ name, required: required.includes(name), schema: property }));
  }
}
