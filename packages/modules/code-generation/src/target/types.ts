import type { TypePlace } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import { isRecord, type Sources } from "../engine/Sources.ts";
import { isTestFile } from "./test-facts.ts";

/** Types and schemas of the project that hold fields: what rows can be made of. In the order of paths and lines. */
export function typesOf(sources: Sources): TypePlace[] {
  const found: TypePlace[] = [];
  for (const { path } of sources.snapshot.files) {
    if (path.endsWith(".json")) found.push(...jsonSchemasOf(sources, path));
    else if (/\.(?:[cm]?[jt]s|[jt]sx)$/.test(path) && !isTestFile(path)) found.push(...declaredIn(sources, path));
  }
  return found;
}

function declaredIn(sources: Sources, path: string): TypePlace[] {
  const text = sources.text(path) ?? "";
  if (!/\b(?:interface|type)\s+[A-Za-z_$]|\bz\s*\.|JSONSchema|\$schema|properties\s*:/.test(text)) return [];
  return sources.tree(path).statements.flatMap((statement): TypePlace[] => {
    const at = (name: string, kind: TypePlace["kind"]): TypePlace => ({ name, kind, path, line: sources.placeOf(path, statement).line });
    if (ts.isInterfaceDeclaration(statement)) return [at(statement.name.text, "interface")];
    if (ts.isTypeAliasDeclaration(statement) && !statement.typeParameters && holdsFields(statement.type)) return [at(statement.name.text, "type")];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }): TypePlace[] => {
      if (!ts.isIdentifier(name) || !initializer) return [];
      if (isZodObject(initializer)) return [at(name.text, "zod")];
      return isSchemaLiteral(initializer) ? [at(name.text, "json-schema")] : [];
    });
  });
}

function holdsFields(type: ts.TypeNode): boolean {
  if (ts.isParenthesizedTypeNode(type)) return holdsFields(type.type);
  return ts.isTypeLiteralNode(type) || ((ts.isIntersectionTypeNode(type) || ts.isUnionTypeNode(type)) && type.types.some(holdsFields));
}

/** `z.object({…})`, with whatever is called on it, and what is made from another schema by `extend`, `pick`, `omit`. */
export function isZodObject(expression: ts.Expression): boolean {
  let node = expression;
  let derived = false;
  while (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { expression: target, name } = node.expression;
    if (ts.isIdentifier(target) && /^(?:z|zod)$/.test(target.text)) return ["object", "strictObject", "looseObject", "discriminatedUnion", "intersection"].includes(name.text);
    derived ||= ["extend", "pick", "omit", "partial", "merge", "required"].includes(name.text);
    node = target;
  }
  return derived && ts.isIdentifier(node) && /schema$/i.test(node.text);
}

function isSchemaLiteral(expression: ts.Expression): boolean {
  const node = ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression) ? expression.expression : expression;
  if (!ts.isObjectLiteralExpression(node)) return false;
  const names = new Set(node.properties.flatMap(({ name }) => (name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : [])));
  return names.has("properties") && (names.has("type") || names.has("$schema"));
}

function jsonSchemasOf(sources: Sources, path: string): TypePlace[] {
  const json = sources.json(path);
  if (!json || /(?:^|\/)(?:package|tsconfig[\w.-]*|jsconfig)\.json$/.test(path)) return [];
  const isSchema = (value: unknown): boolean => isRecord(value) && (isRecord(value["properties"]) || (typeof value["$schema"] === "string" && value["type"] !== undefined));
  const found: TypePlace[] = [];
  if (isSchema(json) && (typeof json["$schema"] === "string" || path.endsWith(".schema.json"))) {
    const title = typeof json["title"] === "string" && /^[\w ]{1,60}$/.test(json["title"]) ? json["title"].replaceAll(" ", "") : path.slice(path.lastIndexOf("/") + 1).replace(/(?:\.schema)?\.json$/, "");
    found.push({ name: title, kind: "json-schema", path, line: 1 });
  }
  for (const key of ["$defs", "definitions"]) {
    const definitions = json[key];
    if (!isRecord(definitions)) continue;
    for (const [name, value] of Object.entries(definitions)) if (isSchema(value)) found.push({ name, kind: "json-schema", path, line: sources.placeOfText(path, `"${name}"`)?.line ?? 1 });
  }
  return found;
}
