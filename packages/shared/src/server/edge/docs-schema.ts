import { html, joined, type Html } from "./html.ts";
import type { OpenApiDocument } from "./rest/openapi-document.ts";
import { SchemaNodeSchema, type SchemaNode } from "./rest/schema-node.ts";

/** One line for a simple value, a nested list for an object. References are followed once; a type inside itself stays a name. */
export function schemaHtml(schema: unknown, document: OpenApiDocument, seen: readonly string[] = []): Html {
  const node = SchemaNodeSchema.parse(schema);
  if (node.$ref !== undefined) {
    const name = node.$ref.split("/").at(-1) ?? "";
    const target: unknown = document.components?.schemas?.[name];
    return seen.includes(name) || target === undefined ? html`<i>${name}</i>` : schemaHtml(target, document, [...seen, name]);
  }
  const inner = (part: unknown) => schemaHtml(part, document, seen);
  const choices = node.anyOf ?? node.oneOf ?? node.allOf;
  if (choices) return html`<i>${node.allOf ? "all of" : "one of"}</i><ul class="schema">${joined(choices.map((choice) => html`<li>${inner(choice)}</li>`))}</ul>`;
  const note = node.description === undefined ? "" : ` ${node.description}`;
  if (node.properties) return html`${note}<ul class="schema">${joined(Object.entries(node.properties).map(([name, part]) => propertyHtml(name, inner(part), node)))}</ul>`;
  if (node.items !== undefined) return html`<i>list of${limits(node)}</i>${note} ${inner(node.items)}`;
  if (isSchema(node.additionalProperties)) return html`<i>map of</i>${note} ${inner(node.additionalProperties)}`;
  return html`<i>${typeText(node)}${limits(node)}</i>${note}`;
}

function propertyHtml(name: string, value: Html, { required = [] }: SchemaNode): Html {
  return html`<li><code>${name}</code>${required.includes(name) ? "" : "?"} ${value}</li>`;
}

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function typeText(node: SchemaNode): string {
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in node) return JSON.stringify(node.const);
  const type = Array.isArray(node.type) ? node.type.join(" | ") : (node.type ?? "anything");
  return node.format === undefined ? type : `${type} (${node.format})`;
}

function limits({ minimum, maximum, minLength, maxLength, maxItems, ...rest }: SchemaNode): string {
  const parts = [
    minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? null : `≥ ${minimum}`,
    maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : `≤ ${maximum}`,
    minLength === undefined ? null : `at least ${minLength} characters`,
    maxLength === undefined ? null : `at most ${maxLength} characters`,
    maxItems === undefined ? null : `at most ${maxItems}`,
    rest.default === undefined ? null : `default ${JSON.stringify(rest.default)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "" : ` ${parts.join(", ")}`;
}
