import { ts } from "ts-morph";
import { isRecord, isText } from "../engine/Sources.ts";
import { type FieldShape, intersection, type Shape, type TextFormat, unionOf } from "./shape.ts";

const FORMATS: Readonly<Record<string, TextFormat>> = { email: "email", "idn-email": "email", uuid: "uuid", uri: "url", url: "url", iri: "url", date: "date", "date-time": "date-time", time: "time", ipv4: "ipv4", ipv6: "ipv6", hostname: "hostname", duration: "duration", "json-pointer": "json-pointer" };
const IGNORED = ["not", "if", "then", "else", "dependentSchemas", "dependentRequired", "patternProperties", "propertyNames", "contains", "unevaluatedProperties"];

/** Reads a JSON Schema: drafts 7 to 2020-12, references within the document. */
export class JsonSchemaReader {
  readonly named = new Map<string, Shape>();
  readonly notes = new Set<string>();
  readonly #root: unknown;
  readonly #open: string[] = [];

  constructor(root: unknown) {
    this.#root = root;
  }

  read(schema: unknown): Shape {
    if (schema === true || !isRecord(schema)) return { kind: "unknown" };
    for (const key of IGNORED) if (key in schema) this.notes.add(`"${key}" is not looked into: rows may not meet it`);
    const { $ref: reference, ...beside } = schema;
    if (typeof reference === "string") {
      const target = this.#reference(reference);
      return Object.keys(beside).some((key) => ["properties", "required", "type", "minimum", "maximum"].includes(key)) ? intersection(target, this.read(beside)) : target;
    }
    if ("const" in schema) return constant(schema["const"]);
    if (Array.isArray(schema["enum"])) return unionOf(schema["enum"].map(constant));
    for (const key of ["anyOf", "oneOf"]) {
      const options = schema[key];
      if (!Array.isArray(options)) continue;
      const { [key]: _options, ...rest } = schema;
      const shape = unionOf(options.map((option) => this.read(option)));
      return Object.keys(rest).some((name) => name === "properties" || name === "type") ? intersection(this.read(rest), shape) : shape;
    }
    if (Array.isArray(schema["allOf"])) {
      const { allOf, ...rest } = schema;
      const parts = [...(Array.isArray(allOf) ? allOf : []), ...(Object.keys(rest).some((name) => name === "properties" || name === "type" || name === "required") ? [rest] : [])];
      return parts.map((part) => this.read(part)).reduce(intersection, { kind: "unknown" } as Shape);
    }
    const { type } = schema;
    if (Array.isArray(type)) return unionOf(type.map((one) => this.#typed(one, schema)));
    return this.#typed(type ?? (isRecord(schema["properties"]) || Array.isArray(schema["required"]) ? "object" : undefined), schema);
  }

  #typed(type: unknown, schema: Readonly<Record<string, unknown>>): Shape {
    const number = (name: string) => (typeof schema[name] === "number" ? { [name]: schema[name] } : {});
    switch (type) {
      case "string": {
        const format = typeof schema["format"] === "string" ? FORMATS[schema["format"]] : undefined;
        return { kind: "string", ...number("minLength"), ...number("maxLength"), ...(typeof schema["pattern"] === "string" ? { pattern: schema["pattern"] } : {}), ...(format ? { format } : {}) };
      }
      case "number": case "integer":
        return { kind: "number", ...(type === "integer" ? { integer: true } : {}), ...number("minimum"), ...number("maximum"), ...number("exclusiveMinimum"), ...number("exclusiveMaximum"), ...number("multipleOf") };
      case "boolean": return { kind: "boolean" };
      case "null": return { kind: "null" };
      case "array": {
        const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : Array.isArray(schema["items"]) ? schema["items"] : null;
        if (prefix) return { kind: "tuple", items: prefix.map((item) => this.read(item)) };
        return { kind: "array", items: this.read(schema["items"]), ...(typeof schema["minItems"] === "number" ? { min: schema["minItems"] } : {}), ...(typeof schema["maxItems"] === "number" ? { max: schema["maxItems"] } : {}), ...(schema["uniqueItems"] === true ? { unique: true } : {}) };
      }
      case "object": return this.#object(schema);
      default: return { kind: "unknown" };
    }
  }

  #object(schema: Readonly<Record<string, unknown>>): Shape {
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
    const properties = isRecord(schema["properties"]) ? Object.entries(schema["properties"]) : [];
    const fields = properties.map(([name, value]): FieldShape => ({ name, shape: this.read(value), optional: !required.has(name), unique: isRecord(value) && (value["x-unique"] === true || value["unique"] === true) }));
    for (const name of required) if (typeof name === "string" && !fields.some((field) => field.name === name)) fields.push({ name, shape: { kind: "unknown" }, optional: false, unique: false });
    const extra = schema["additionalProperties"];
    if (fields.length === 0 && isRecord(extra)) return { kind: "record", key: { kind: "string", minLength: 1 }, value: this.read(extra), ...(typeof schema["minProperties"] === "number" ? { min: schema["minProperties"] } : {}), ...(typeof schema["maxProperties"] === "number" ? { max: schema["maxProperties"] } : {}) };
    return { kind: "object", fields, ...(typeof schema["title"] === "string" ? { name: schema["title"] } : {}) };
  }

  #reference(reference: string): Shape {
    if (this.#open.includes(reference)) return { kind: "recursive", name: reference };
    const known = this.named.get(reference);
    if (known) return known;
    let target: unknown = reference.startsWith("#") ? this.#root : undefined;
    for (const part of reference.replace(/^#\/?/, "").split("/")) if (part !== "") target = isRecord(target) ? target[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
    if (target === undefined) {
      this.notes.add(`${reference} is not in the document: any value is made of it`);
      return { kind: "unknown" };
    }
    this.#open.push(reference);
    const shape = this.read(target);
    this.#open.pop();
    this.named.set(reference, shape);
    return shape;
  }
}

function constant(value: unknown): Shape {
  if (value === null) return { kind: "null" };
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? { kind: "literal", value } : { kind: "unknown" };
}

/** A literal of code as the value it stands for; `undefined` for what is computed. */
export function valueOfLiteral(node: ts.Expression): unknown {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) return valueOfLiteral(node.expression);
  if (isText(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = valueOfLiteral(node.operand);
    return typeof value === "number" ? -value : undefined;
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(valueOfLiteral);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  return Object.fromEntries(node.properties.flatMap((property) => (ts.isPropertyAssignment(property) && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) ? [[property.name.text, valueOfLiteral(property.initializer)]] : [])));
}
