import { SchemaNodeSchema, type SchemaNode } from "@coder/shared/server";

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
