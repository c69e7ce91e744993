import { ts } from "ts-morph";
import { isText, type Sources } from "../engine/Sources.ts";
import { mapFields, TypeReader } from "./read-typescript.ts";
import { type FieldShape, intersection, type NumberShape, type Shape, type StringShape, type TextFormat, unionOf } from "./shape.ts";

type Call = { readonly name: string; readonly arguments: readonly ts.Expression[] };

const FORMATS: Readonly<Record<string, TextFormat>> = { email: "email", uuid: "uuid", uuidv4: "uuid", guid: "uuid", url: "url", httpUrl: "url", datetime: "date-time", date: "date", time: "time", ipv4: "ipv4", ipv6: "ipv6", cuid: "cuid", cuid2: "cuid", ulid: "ulid", nanoid: "nanoid", base64: "base64", hostname: "hostname", duration: "duration" };
const SAME = new Set(["describe", "meta", "brand", "readonly", "register", "trim", "normalize", "passthrough", "strip", "loose", "strict", "catchall", "default", "catch", "prefault", "pipe", "openapi", "refine", "superRefine", "check", "transform", "finite", "safe", "nonstrict"]);
const UNSURE = new Set(["refine", "superRefine", "check", "transform", "pipe"]);

/** Reads zod schemas from their syntax: the project's code is never run. */
export class ZodReader {
  readonly types: TypeReader;
  readonly #optional = new WeakSet<Shape>();

  constructor(sources: Sources) {
    this.types = new TypeReader(sources, (path, expression) => this.read(path, expression));
  }

  get notes(): ReadonlySet<string> {
    return this.types.notes;
  }

  read(path: string, expression: ts.Expression): Shape {
    const chain = chainOf(expression);
    if (!chain) return this.#note(expression);
    const { root, calls } = chain;
    if (/^(?:z|zod)$/.test(root)) {
      const [first, ...rest] = calls;
      if (!first) return this.#note(expression);
      if (first.name === "coerce" || first.name === "iso") {
        const [second, ...others] = rest;
        if (!second) return this.#note(expression);
        const begun = first.name === "iso" ? this.#begin(path, { name: `iso.${second.name}`, arguments: second.arguments }, expression) : this.#begin(path, second, expression);
        return others.reduce((shape, call) => this.#apply(path, shape, call, expression), begun);
      }
      return rest.reduce((shape, call) => this.#apply(path, shape, call, expression), this.#begin(path, first, expression));
    }
    const declared = this.types.find(path, root);
    if (!declared) return this.#note(expression);
    // `.shape.x` of an object.
    let shape = this.types.declared(declared);
    for (let index = 0; index < calls.length; index++) {
      const call = calls[index];
      const next = calls[index + 1];
      if (!call) continue;
      if (call.name === "shape" && next && shape.kind === "object") {
        shape = shape.fields.find(({ name }) => name === next.name)?.shape ?? this.#note(expression);
        index++;
      } else shape = this.#apply(path, shape, call, expression);
    }
    return shape;
  }

  #begin(path: string, { name, arguments: given }: Call, expression: ts.Expression): Shape {
    const [first, second] = given;
    const inner = (one: ts.Expression | undefined): Shape => (one ? this.read(path, one) : { kind: "unknown" });
    const format = FORMATS[name.replace(/^iso\./, "")];
    if (name !== "date" && format) return { kind: "string", format };
    switch (name) {
      case "string": return { kind: "string" };
      case "number": case "float32": case "float64": return { kind: "number" };
      case "int": return { kind: "number", integer: true, minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
      case "int32": return { kind: "number", integer: true, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
      case "uint32": return { kind: "number", integer: true, minimum: 0, maximum: 2 ** 32 - 1 };
      case "bigint": return { kind: "bigint" };
      case "boolean": return { kind: "boolean" };
      case "date": return { kind: "date" };
      case "null": return { kind: "null" };
      case "undefined": case "void": return { kind: "undefined" };
      case "any": case "unknown": return { kind: "unknown" };
      case "literal": return first && ts.isArrayLiteralExpression(first) ? unionOf(first.elements.flatMap((element) => constantOf(element))) : (first ? (constantOf(first)[0] ?? this.#note(expression)) : this.#note(expression));
      case "enum": case "nativeEnum": return this.#enum(path, first, expression);
      case "object": case "strictObject": case "looseObject": return first && ts.isObjectLiteralExpression(first) ? { kind: "object", fields: this.#fields(path, first) } : this.#note(expression);
      case "array": case "set": return { kind: "array", items: inner(first), ...(name === "set" ? { unique: true, set: true } : {}) };
      case "tuple": return first && ts.isArrayLiteralExpression(first) ? { kind: "tuple", items: first.elements.map(inner) } : this.#note(expression);
      case "union": case "discriminatedUnion": case "xor": {
        const list = name === "discriminatedUnion" ? second : first;
        return list && ts.isArrayLiteralExpression(list) ? unionOf(list.elements.map(inner)) : this.#note(expression);
      }
      case "intersection": return intersection(inner(first), inner(second));
      case "record": case "partialRecord": return second ? { kind: "record", key: inner(first), value: inner(second) } : { kind: "record", key: { kind: "string" }, value: inner(first) };
      case "optional": return this.#asOptional(inner(first));
      case "nullable": return unionOf([inner(first), { kind: "null" }]);
      case "nullish": return this.#asOptional(unionOf([inner(first), { kind: "null" }]));
      case "lazy": {
        const body = first && ts.isArrowFunction(first) && !ts.isBlock(first.body) ? first.body : undefined;
        return inner(body);
      }
      default: return this.#note(expression);
    }
  }

  #apply(path: string, shape: Shape, { name, arguments: given }: Call, expression: ts.Expression): Shape {
    const [first] = given;
    const number = numberOf(first);
    const keepOptional = (next: Shape): Shape => {
      if (this.#optional.has(shape)) this.#optional.add(next);
      return next;
    };
    if (UNSURE.has(name)) this.types.notes.add(`${name} at ${path} is not looked into: rows may not meet it`);
    if (name === "optional" || name === "nullish" || name === "exactOptional") return this.#asOptional(name === "nullish" ? unionOf([shape, { kind: "null" }]) : shape);
    if (name === "nullable") return keepOptional(unionOf([shape, { kind: "null" }]));
    if (name === "array") return { kind: "array", items: shape };
    if (name === "or") return unionOf([shape, first ? this.read(path, first) : { kind: "unknown" }]);
    if (name === "and") return intersection(shape, first ? this.read(path, first) : { kind: "unknown" });
    if (SAME.has(name)) return shape;
    const format = FORMATS[name];
    if (shape.kind === "string") return keepOptional(format ? { ...shape, format } : this.#text(shape, name, first, number));
    if (shape.kind === "number") return keepOptional(numeric(shape, name, number));
    if (shape.kind === "array") return keepOptional(sized(shape, name, number));
    if (shape.kind === "object") return keepOptional(this.#object(path, shape, name, first));
    if (shape.kind === "union" && ["exclude", "extract"].includes(name) && first && ts.isArrayLiteralExpression(first)) {
      const names = new Set(first.elements.flatMap((element) => (isText(element) ? [element.text] : [])));
      return unionOf(shape.options.filter((option) => option.kind === "literal" && names.has(String(option.value)) === (name === "extract")));
    }
    this.#note(expression);
    return shape;
  }

  #text(shape: StringShape, name: string, first: ts.Expression | undefined, number: number | null): StringShape {
    const text = isText(first) ? first.text : null;
    if (number !== null) {
      if (name === "min") return { ...shape, minLength: number };
      if (name === "max") return { ...shape, maxLength: number };
      if (name === "length") return { ...shape, minLength: number, maxLength: number };
    }
    if (name === "nonempty") return { ...shape, minLength: Math.max(1, shape.minLength ?? 0) };
    if (name === "regex" && first && ts.isRegularExpressionLiteral(first)) return { ...shape, pattern: first.text.slice(1, first.text.lastIndexOf("/")) };
    if (text !== null && name === "startsWith") return { ...shape, startsWith: text };
    if (text !== null && name === "endsWith") return { ...shape, endsWith: text };
    if (text !== null && name === "includes") return { ...shape, includes: text };
    if (name === "lowercase" || name === "toLowerCase") return { ...shape, case: "lower" };
    if (name === "uppercase" || name === "toUpperCase") return { ...shape, case: "upper" };
    this.types.notes.add(`.${name}() on a string is not understood`);
    return shape;
  }

  #object(path: string, shape: Extract<Shape, { kind: "object" }>, name: string, first: ts.Expression | undefined): Shape {
    const keys = first && ts.isObjectLiteralExpression(first) ? new Set(first.properties.flatMap((property) => (property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) ? [property.name.text] : []))) : null;
    switch (name) {
      case "extend": case "safeExtend": case "merge": {
        const more = first && ts.isObjectLiteralExpression(first) ? this.#fields(path, first) : first ? fieldsOf(this.read(path, first)) : [];
        return { kind: "object", fields: [...shape.fields.filter((field) => !more.some((one) => one.name === field.name)), ...more] };
      }
      case "pick": return mapFields(shape, (fields) => fields.filter((field) => keys?.has(field.name)));
      case "omit": return mapFields(shape, (fields) => fields.filter((field) => !keys?.has(field.name)));
      case "partial": case "required": return mapFields(shape, (fields) => fields.map((field) => (keys === null || keys.has(field.name) ? { ...field, optional: name === "partial" } : field)));
      case "keyof": return unionOf(shape.fields.map((field) => ({ kind: "literal", value: field.name })));
      default: return shape;
    }
  }

  #fields(path: string, object: ts.ObjectLiteralExpression): FieldShape[] {
    return object.properties.flatMap((property): FieldShape[] => {
      if (ts.isSpreadAssignment(property)) {
        const spread = ts.isPropertyAccessExpression(property.expression) && property.expression.name.text === "shape" ? property.expression.expression : property.expression;
        return [...fieldsOf(this.read(path, spread))];
      }
      const name = property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) ? property.name.text : null;
      const value = ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : null;
      if (name === null || !value) return [];
      const shape = this.read(path, value);
      return [{ name, shape, optional: this.#optional.has(shape), unique: /@unique\b/.test(property.getFullText()) }];
    });
  }

  #enum(path: string, first: ts.Expression | undefined, expression: ts.Expression): Shape {
    if (first && ts.isArrayLiteralExpression(first)) return unionOf(first.elements.flatMap((element) => constantOf(element)));
    if (first && ts.isObjectLiteralExpression(first)) return unionOf(first.properties.flatMap((property) => (ts.isPropertyAssignment(property) ? constantOf(property.initializer) : [])));
    if (first && ts.isIdentifier(first)) {
      const declared = this.types.find(path, first.text);
      if (declared && ts.isEnumDeclaration(declared.node)) return this.types.declared(declared);
      const values = this.types.constants(path, first.text);
      if (values) return unionOf(values.map((value) => ({ kind: "literal", value })));
    }
    return this.#note(expression);
  }

  /** A shape of its own, so that the same one elsewhere does not become optional too. */
  #asOptional(shape: Shape): Shape {
    const own = { ...shape };
    this.#optional.add(own);
    return own;
  }

  #note(expression: ts.Expression): Shape {
    this.types.notes.add(`${expression.getText().replaceAll(/\s+/g, " ").slice(0, 80)} is not understood: any value is made of it`);
    return { kind: "unknown" };
  }
}

function fieldsOf(shape: Shape): readonly FieldShape[] {
  return shape.kind === "object" ? shape.fields : [];
}

/** `z.string().min(1)` → z, [string(), min(1)]. */
function chainOf(expression: ts.Expression): { readonly root: string; readonly calls: readonly Call[] } | null {
  const calls: Call[] = [];
  let node = expression;
  for (;;) {
    if (ts.isIdentifier(node)) return { root: node.text, calls: calls.reverse() };
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) node = node.expression;
    else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      calls.push({ name: node.expression.name.text, arguments: [...node.arguments] });
      node = node.expression.expression;
    } else if (ts.isPropertyAccessExpression(node)) {
      calls.push({ name: node.name.text, arguments: [] });
      node = node.expression;
    } else return null;
  }
}

function numberOf(node: ts.Expression | undefined): number | null {
  if (!node) return null;
  if (ts.isNumericLiteral(node)) return Number(node.text.replaceAll("_", ""));
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const inner = numberOf(node.operand);
    return inner === null ? null : -inner;
  }
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [numberOf(node.left), numberOf(node.right)];
    if (left === null || right === null) return null;
    if (node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
    if (node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken) return left ** right;
  }
  return null;
}

function constantOf(node: ts.Expression): Shape[] {
  if (isText(node)) return [{ kind: "literal", value: node.text }];
  const number = numberOf(node);
  if (number !== null) return [{ kind: "literal", value: number }];
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return [{ kind: "literal", value: node.kind === ts.SyntaxKind.TrueKeyword }];
  return node.kind === ts.SyntaxKind.NullKeyword ? [{ kind: "null" }] : [];
}

function numeric(shape: NumberShape, name: string, number: number | null): NumberShape {
  if (name === "int" || name === "safe") return { ...shape, integer: true, minimum: shape.minimum ?? Number.MIN_SAFE_INTEGER, maximum: shape.maximum ?? Number.MAX_SAFE_INTEGER };
  if (name === "positive") return { ...shape, exclusiveMinimum: 0 };
  if (name === "negative") return { ...shape, exclusiveMaximum: 0 };
  if (name === "nonnegative") return { ...shape, minimum: 0 };
  if (name === "nonpositive") return { ...shape, maximum: 0 };
  if (number === null) return shape;
  if (name === "min" || name === "gte") return { ...shape, minimum: number };
  if (name === "max" || name === "lte") return { ...shape, maximum: number };
  if (name === "gt") return { ...shape, exclusiveMinimum: number };
  if (name === "lt") return { ...shape, exclusiveMaximum: number };
  return name === "multipleOf" || name === "step" ? { ...shape, multipleOf: number } : shape;
}

function sized(shape: Extract<Shape, { kind: "array" }>, name: string, number: number | null): Shape {
  if (name === "nonempty") return { ...shape, min: Math.max(1, shape.min ?? 0) };
  if (number === null) return shape;
  if (name === "min") return { ...shape, min: number };
  if (name === "max") return { ...shape, max: number };
  return name === "length" || name === "size" ? { ...shape, min: number, max: number } : shape;
}
