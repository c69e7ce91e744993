import { ts } from "ts-morph";
import { bindingsOf } from "../engine/bindings.ts";
import { isText, type Sources } from "../engine/Sources.ts";
import { type FieldShape, intersection, type NumberShape, type Shape, type StringShape, type TextFormat, unionOf } from "./shape.ts";

const MAX_DEPTH = 24;

/** A declaration that a type name leads to. */
export interface Declared {
  readonly path: string;
  readonly node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.EnumDeclaration | ts.ClassDeclaration | ts.VariableDeclaration;
}

/** Reads TypeScript types from their syntax, across the files of the project. Nothing is executed or resolved outside of it. */
export class TypeReader {
  readonly #sources: Sources;
  readonly named = new Map<string, Shape>();
  readonly notes = new Set<string>();
  readonly #open: string[] = [];
  /** What the type parameters of the declaration that is being read stand for. */
  #bound: ReadonlyMap<string, Shape> = new Map();
  readonly #zod: (path: string, expression: ts.Expression) => Shape;

  constructor(sources: Sources, zod: (path: string, expression: ts.Expression) => Shape = () => ({ kind: "unknown" })) {
    this.#sources = sources;
    this.#zod = zod;
  }

  /** A top-level declaration by name, in a file or where it is imported from. */
  find(path: string, name: string, depth = 0): Declared | null {
    const tree = this.#sources.tree(path);
    for (const statement of tree.statements) {
      if ((ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name?.text === name) return { path, node: statement };
      if (ts.isVariableStatement(statement)) for (const declaration of statement.declarationList.declarations) if (ts.isIdentifier(declaration.name) && declaration.name.text === name) return { path, node: declaration };
      const specifier = ts.isExportDeclaration(statement) && isText(statement.moduleSpecifier) ? this.#sources.resolve(path, statement.moduleSpecifier.text) : null;
      if (specifier !== null && depth < 5 && ts.isExportDeclaration(statement)) {
        const listed = statement.exportClause && ts.isNamedExports(statement.exportClause) ? statement.exportClause.elements.find((element) => element.name.text === name) : null;
        const inner = statement.exportClause ? (listed?.propertyName?.text ?? listed?.name.text) : name;
        const found = inner === undefined ? null : this.find(specifier, inner, depth + 1);
        if (found) return found;
      }
    }
    const binding = bindingsOf(tree).find(({ local }) => local === name);
    const target = binding ? this.#sources.resolve(path, binding.module) : null;
    return binding && target !== null && depth < 5 ? this.find(target, binding.imported === "default" ? name : binding.imported, depth + 1) : null;
  }

  /** @param types what is given for its type parameters, where it has some */
  declared({ path, node }: Declared, types: readonly Shape[] = []): Shape {
    const bound = this.#parameters(path, node, types);
    const key = `${path}#${node.name?.getText() ?? ""}${bound.size > 0 ? JSON.stringify([...bound]) : ""}`;
    if (this.#open.includes(key) || this.#open.length > MAX_DEPTH) return { kind: "recursive", name: key };
    const known = this.named.get(key);
    if (known) return known;
    this.#open.push(key);
    const outer = this.#bound;
    this.#bound = bound;
    const shape = this.#declaration(path, node);
    this.#bound = outer;
    this.#open.pop();
    this.named.set(key, shape);
    return shape;
  }

  #parameters(path: string, node: Declared["node"], types: readonly Shape[]): ReadonlyMap<string, Shape> {
    const parameters = ts.isEnumDeclaration(node) || ts.isVariableDeclaration(node) ? [] : (node.typeParameters ?? []);
    return new Map(parameters.map((parameter, index) => [parameter.name.text, types[index] ?? (parameter.default ? this.read(path, parameter.default) : { kind: "unknown" })]));
  }

  read(path: string, type: ts.TypeNode): Shape {
    if (ts.isParenthesizedTypeNode(type)) return this.read(path, type.type);
    if (ts.isTypeOperatorNode(type)) return type.operator === ts.SyntaxKind.ReadonlyKeyword ? this.read(path, type.type) : type.operator === ts.SyntaxKind.KeyOfKeyword ? this.#keys(path, type) : this.#note(type);
    if (ts.isTypeLiteralNode(type)) return { kind: "object", fields: this.#members(path, type.members) };
    if (ts.isArrayTypeNode(type)) return { kind: "array", items: this.read(path, type.elementType) };
    if (ts.isTupleTypeNode(type)) return { kind: "tuple", items: type.elements.filter((element) => !ts.isRestTypeNode(element)).map((element) => this.read(path, ts.isNamedTupleMember(element) ? element.type : ts.isOptionalTypeNode(element) ? element.type : element)) };
    if (ts.isUnionTypeNode(type)) return unionOf(type.types.map((one) => this.read(path, one)));
    if (ts.isIntersectionTypeNode(type)) return type.types.map((one) => this.read(path, one)).reduce(intersection);
    if (ts.isLiteralTypeNode(type)) return this.#literal(type);
    if (ts.isTemplateLiteralTypeNode(type)) return this.#template(path, type);
    if (ts.isTypeReferenceNode(type)) return this.#reference(path, type);
    if (ts.isIndexedAccessTypeNode(type)) return this.#indexed(path, type);
    switch (type.kind) {
      case ts.SyntaxKind.StringKeyword: return { kind: "string" };
      case ts.SyntaxKind.NumberKeyword: return { kind: "number" };
      case ts.SyntaxKind.BooleanKeyword: return { kind: "boolean" };
      case ts.SyntaxKind.BigIntKeyword: return { kind: "bigint" };
      case ts.SyntaxKind.UndefinedKeyword: case ts.SyntaxKind.VoidKeyword: return { kind: "undefined" };
      case ts.SyntaxKind.AnyKeyword: case ts.SyntaxKind.UnknownKeyword: return { kind: "unknown" };
      case ts.SyntaxKind.ObjectKeyword: return { kind: "object", fields: [] };
      default: return this.#note(type);
    }
  }

  #declaration(path: string, node: Declared["node"]): Shape {
    if (ts.isTypeAliasDeclaration(node)) {
      const shape = this.read(path, node.type);
      return shape.kind === "object" ? { ...shape, name: node.name.text } : shape;
    }
    if (ts.isEnumDeclaration(node)) {
      let next = 0;
      return unionOf(node.members.map((member) => {
        const place = { file: path, enum: node.name.text, member: member.name.getText() };
        if (isText(member.initializer)) return { kind: "literal", value: member.initializer.text, member: place } as const;
        if (member.initializer && ts.isNumericLiteral(member.initializer)) next = Number(member.initializer.text);
        return { kind: "literal", value: next++, member: place } as const;
      }));
    }
    if (ts.isVariableDeclaration(node)) return node.initializer ? this.#zod(path, node.initializer) : { kind: "unknown" };
    const own: Shape = { kind: "object", fields: ts.isInterfaceDeclaration(node) ? this.#members(path, node.members) : this.#classFields(path, node), name: node.name?.text ?? "" };
    const parents = (node.heritageClauses ?? []).filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword).flatMap(({ types }) => types.map((one) => this.#heritage(path, one)));
    return parents.reduce<Shape>((shape, parent) => {
      if (shape.kind !== "object" || parent.kind !== "object") return shape;
      // What is declared again counts.
      return { ...shape, fields: [...parent.fields.filter(({ name }) => !shape.fields.some((field) => field.name === name)), ...shape.fields] };
    }, own);
  }

  #heritage(path: string, one: ts.ExpressionWithTypeArguments): Shape {
    if (!ts.isIdentifier(one.expression)) return { kind: "unknown" };
    return this.#byName(path, one.expression.text, one.typeArguments ?? []);
  }

  #members(path: string, members: ts.NodeArray<ts.TypeElement>): FieldShape[] {
    return members.flatMap((member): FieldShape[] => {
      if (!ts.isPropertySignature(member) || !member.type) {
        if (ts.isIndexSignatureDeclaration(member)) this.notes.add("An index signature is left empty");
        return [];
      }
      const name = nameOf(member.name);
      return name === null ? [] : [this.#field(path, name, member, member.type, member.questionToken !== undefined)];
    });
  }

  #classFields(path: string, node: ts.ClassDeclaration): FieldShape[] {
    return node.members.flatMap((member): FieldShape[] => {
      if (!ts.isPropertyDeclaration(member) || !member.type) return [];
      const name = nameOf(member.name);
      return name === null ? [] : [this.#field(path, name, member, member.type, member.questionToken !== undefined)];
    });
  }

  #field(path: string, name: string, node: ts.Node, type: ts.TypeNode, optional: boolean): FieldShape {
    const tags = tagsOf(node);
    const shape = constrained(this.read(path, type), tags);
    // `x?: T | undefined`: leaving it out is the same.
    const options = shape.kind === "union" ? shape.options.filter(({ kind }) => kind !== "undefined") : null;
    const withoutUndefined = options && shape.kind === "union" && options.length < shape.options.length && options.length > 0 ? unionOf(options) : shape;
    return { name, shape: withoutUndefined, optional, unique: tags.has("unique") };
  }

  #literal({ literal }: ts.LiteralTypeNode): Shape {
    if (ts.isStringLiteralLike(literal)) return { kind: "literal", value: literal.text };
    if (ts.isNumericLiteral(literal)) return { kind: "literal", value: Number(literal.text) };
    if (ts.isPrefixUnaryExpression(literal) && ts.isNumericLiteral(literal.operand)) return { kind: "literal", value: -Number(literal.operand.text) };
    if (literal.kind === ts.SyntaxKind.TrueKeyword || literal.kind === ts.SyntaxKind.FalseKeyword) return { kind: "literal", value: literal.kind === ts.SyntaxKind.TrueKeyword };
    return literal.kind === ts.SyntaxKind.NullKeyword ? { kind: "null" } : { kind: "unknown" };
  }

  #template(path: string, type: ts.TemplateLiteralTypeNode): Shape {
    let pattern = `^${escaped(type.head.text)}`;
    for (const span of type.templateSpans) {
      const part = this.read(path, span.type);
      const options = part.kind === "union" ? part.options : [part];
      const texts = options.flatMap((option) => (option.kind === "literal" ? [escaped(String(option.value))] : []));
      pattern += texts.length === options.length ? `(?:${texts.join("|")})` : part.kind === "number" ? "\\d{1,6}" : "[a-z]{1,8}";
      pattern += escaped(span.literal.text);
    }
    return { kind: "string", pattern: `${pattern}$` };
  }

  #reference(path: string, type: ts.TypeReferenceNode): Shape {
    if (ts.isIdentifier(type.typeName)) return this.#byName(path, type.typeName.text, type.typeArguments ?? []);
    // `Level.High`
    const holder = ts.isIdentifier(type.typeName.left) ? this.find(path, type.typeName.left.text) : null;
    const member = type.typeName.right.text;
    const values = holder && ts.isEnumDeclaration(holder.node) ? unionOptions(this.declared(holder)) : [];
    const value = values.find((one) => one.kind === "literal" && one.member?.member === member);
    if (value) return value;
    // `z.infer<typeof UserSchema>`
    if (/^z\.(?:infer|output|input)$/.test(type.typeName.getText())) {
      const [query] = type.typeArguments ?? [];
      const declared = query && ts.isTypeQueryNode(query) && ts.isIdentifier(query.exprName) ? this.find(path, query.exprName.text) : null;
      if (declared) return this.declared(declared);
    }
    return this.#note(type);
  }

  #byName(path: string, name: string, types: readonly ts.TypeNode[]): Shape {
    const [first, second] = types;
    if (first) {
      switch (name) {
        case "Array": case "ReadonlyArray": return { kind: "array", items: this.read(path, first) };
        case "Set": case "ReadonlySet": return { kind: "array", items: this.read(path, first), unique: true, set: true };
        case "Readonly": case "Promise": case "Awaited": return this.read(path, first);
        case "NonNullable": return unionOf(unionOptions(this.read(path, first)).filter(({ kind }) => kind !== "null" && kind !== "undefined"));
        case "Exclude": case "Extract": {
          const listed = new Set((second ? unionOptions(this.read(path, second)) : []).map((option) => JSON.stringify(option)));
          return unionOf(unionOptions(this.read(path, first)).filter((option) => listed.has(JSON.stringify(option)) === (name === "Extract")));
        }
        case "Partial": case "Required": return mapFields(this.read(path, first), (fields) => fields.map((field) => ({ ...field, optional: name === "Partial" })));
        case "Omit": case "Pick": {
          const keys = new Set(second ? keysOf(second) : []);
          return mapFields(this.read(path, first), (fields) => fields.filter((field) => keys.has(field.name) === (name === "Pick")));
        }
        case "Record": return second ? { kind: "record", key: this.read(path, first), value: this.read(path, second) } : { kind: "unknown" };
        default: break;
      }
    }
    const bound = this.#bound.get(name);
    if (bound) return bound;
    if (name === "Date") return { kind: "date" };
    const declared = this.find(path, name);
    if (declared) return this.declared(declared, types.map((type) => this.read(path, type)));
    this.notes.add(`${name} is not in the project: any value is made of it`);
    return { kind: "unknown" };
  }

  /** The names of a type's fields, or of a constant's. */
  #keys(path: string, type: ts.TypeOperatorNode): Shape {
    const query = type.type;
    const names = ts.isTypeQueryNode(query) && ts.isIdentifier(query.exprName) ? this.#constantNames(path, query.exprName.text) : fieldNames(this.read(path, query));
    return names.length > 0 ? unionOf(names.map((value) => ({ kind: "literal", value }))) : this.#note(type);
  }

  #constantNames(path: string, name: string): string[] {
    const node = this.find(path, name)?.node;
    const given = node && ts.isVariableDeclaration(node) ? node.initializer : undefined;
    const value = given && (ts.isAsExpression(given) || ts.isSatisfiesExpression(given)) ? given.expression : given;
    return value && ts.isObjectLiteralExpression(value) ? value.properties.flatMap((property) => (property.name ? [nameOf(property.name)] : [])).filter((each) => each !== null) : [];
  }

  #indexed(path: string, type: ts.IndexedAccessTypeNode): Shape {
    const object = this.read(path, type.objectType);
    const index = ts.isLiteralTypeNode(type.indexType) && isText(type.indexType.literal) ? type.indexType.literal.text : null;
    const field = object.kind === "object" ? object.fields.find(({ name }) => name === index) : undefined;
    if (field) return field.shape;
    // `(typeof ROLES)[number]`
    const query = ts.isParenthesizedTypeNode(type.objectType) ? type.objectType.type : type.objectType;
    if (ts.isTypeQueryNode(query) && ts.isIdentifier(query.exprName) && type.indexType.kind === ts.SyntaxKind.NumberKeyword) {
      const list = this.constants(path, query.exprName.text);
      if (list) return unionOf(list.map((value) => ({ kind: "literal", value })));
    }
    return this.#note(type);
  }

  /** The values of `const ROLES = ["a", "b"] as const`, or of an object's. */
  constants(path: string, name: string): (string | number)[] | null {
    const declared = this.find(path, name);
    if (!declared || !ts.isVariableDeclaration(declared.node) || !declared.node.initializer) return null;
    const node = ts.isAsExpression(declared.node.initializer) ? declared.node.initializer.expression : declared.node.initializer;
    const elements = ts.isArrayLiteralExpression(node) ? [...node.elements] : ts.isObjectLiteralExpression(node) ? node.properties.flatMap((property) => (ts.isPropertyAssignment(property) ? [property.initializer] : [])) : [];
    const values = elements.flatMap((element): (string | number)[] => (isText(element) ? [element.text] : ts.isNumericLiteral(element) ? [Number(element.text)] : []));
    return values.length > 0 && values.length === elements.length ? values : null;
  }

  #note(type: ts.TypeNode): Shape {
    this.notes.add(`${type.getText().replaceAll(/\s+/g, " ").slice(0, 80)} is not understood: any value is made of it`);
    return { kind: "unknown" };
  }
}

function unionOptions(shape: Shape): readonly Shape[] {
  return shape.kind === "union" ? shape.options : [shape];
}

function fieldNames(shape: Shape): string[] {
  return shape.kind === "object" ? shape.fields.map(({ name }) => name) : [];
}

export function mapFields(shape: Shape, change: (fields: readonly FieldShape[]) => readonly FieldShape[]): Shape {
  if (shape.kind === "union") return { kind: "union", options: shape.options.map((option) => mapFields(option, change)) };
  return shape.kind === "object" ? { kind: "object", fields: change(shape.fields) } : shape;
}

function keysOf(type: ts.TypeNode): string[] {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap(keysOf);
  return ts.isLiteralTypeNode(type) && isText(type.literal) ? [type.literal.text] : [];
}

function nameOf(name: ts.PropertyName): string | null {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name) ? name.text : null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** `@minimum 1` and the like, as JSON Schema calls them. */
function tagsOf(node: ts.Node): ReadonlyMap<string, string> {
  return new Map(ts.getJSDocTags(node).map((tag) => [tag.tagName.text, (typeof tag.comment === "string" ? tag.comment : (ts.getTextOfJSDocComment(tag.comment) ?? "")).trim()]));
}

const FORMATS: ReadonlySet<string> = new Set<TextFormat>(["email", "uuid", "url", "date", "date-time", "time", "ipv4", "ipv6", "hostname", "cuid", "ulid", "nanoid", "base64", "duration"]);

function constrained(shape: Shape, tags: ReadonlyMap<string, string>): Shape {
  if (tags.size === 0) return shape;
  const number = (name: string): number | undefined => {
    const text = tags.get(name);
    return text === undefined || text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
  };
  const put = <Value>(key: string, value: Value | undefined) => (value === undefined ? {} : { [key]: value });
  if (shape.kind === "union") return { kind: "union", options: shape.options.map((option) => constrained(option, tags)) };
  if (shape.kind === "array") return { ...shape, items: shape.items, ...put("min", number("minItems")), ...put("max", number("maxItems")), ...(tags.has("uniqueItems") ? { unique: true } : {}) };
  if (shape.kind === "number") {
    const bounds: NumberShape = { ...shape, ...put("minimum", number("minimum") ?? number("min")), ...put("maximum", number("maximum") ?? number("max")), ...put("exclusiveMinimum", number("exclusiveMinimum")), ...put("exclusiveMaximum", number("exclusiveMaximum")), ...put("multipleOf", number("multipleOf")) };
    return tags.has("integer") || tags.get("type") === "integer" || tags.has("int") ? { ...bounds, integer: true } : bounds;
  }
  if (shape.kind !== "string") return shape;
  const format = tags.get("format") === "uri" ? "url" : tags.get("format");
  const text: StringShape = { ...shape, ...put("minLength", number("minLength")), ...put("maxLength", number("maxLength")), ...put("pattern", tags.get("pattern")?.replace(/^\/(.*)\/$/, "$1")) };
  return format !== undefined && FORMATS.has(format) ? { ...text, format: format as TextFormat } : text;
}
