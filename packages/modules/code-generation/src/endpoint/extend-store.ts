import type { EndpointField, EndpointInput, EndpointParam } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import { FileEdit } from "../code/FileEdit.ts";
import { fromFile } from "../code/ModuleText.ts";
import { exportsOf } from "../engine/bindings.ts";
import { pathParams } from "../engine/checked-input.ts";
import type { EntityNames } from "../engine/names.ts";
import { bare, type Sources } from "../engine/Sources.ts";
import type { MadeFile } from "../engine/snapshot.ts";
import type { TargetModel } from "../target/analyse.ts";
import { fileStyle } from "../target/style-facts.ts";
import { isTestFile } from "../target/test-facts.ts";
import { type DataSource, keyField } from "./data-source.ts";
import { fieldType } from "./field-code.ts";
import { storeCalls, storeFunction, storeSteps } from "./store.ts";

/**
 * A store in memory that an earlier endpoint brought along, with the function that this one needs: all endpoints of an entity share what is kept. Null where there is no such
 * store, or it has the function already.
 */
export function extendStore(sources: Sources, model: TargetModel, names: EntityNames, { action, path, params, fields }: EndpointInput): { readonly source: DataSource; readonly file: MadeFile } | null {
  if (action === "create") return null;
  const calls = storeCalls(names);
  for (const file of model.package.sources) {
    const text = sources.text(file) ?? "";
    if (isTestFile(file) || !text.includes("new Map") || !text.includes(calls.create)) continue;
    const edit = new FileEdit(file, text, fileStyle(sources, file, model.style));
    const store = storeIn(edit, names);
    if (!store || edit.has(calls[action])) continue;
    const all = pathParams(path);
    const idName = action === "list" ? null : (all.at(-1) ?? null);
    const typeOf = (name: string): EndpointParam["type"] => params.find((param) => param.name === name)?.type ?? "string";
    const parents = all.filter((name) => name !== idName).map((name): EndpointParam => ({ name, type: typeOf(name) }));
    const key = idName === null ? "id" : keyField(idName);
    const known = store.shape ? fieldsOfShape(store.shape).filter(({ name }) => name !== "id") : null;
    const numeric = (type: EndpointParam["type"]): string => (type === "integer" ? "number" : "string");
    const wanted = [
      ...(key === "id" || idName === null ? [] : [{ name: key, type: numeric(typeOf(idName)) }]),
      ...parents.map(({ name, type }) => ({ name, type: numeric(type) })),
      ...fields.map((field) => ({ name: field.name, type: fieldType(field) })),
    ];
    const last = store.shape?.members.at(-1);
    const missing = store.shape ? wanted.filter(({ name }, index) => name !== "id" && !store.members.has(name) && wanted.findIndex((other) => other.name === name) === index) : [];
    const code = storeFunction(names, action, { key, keyType: idName === null ? "string" : numeric(typeOf(idName)), ids: store.idType, parents });
    const why = `${calls[action]}, beside what the store has already`;
    edit.after(store.behind, store.exported === "inline" ? `export ${code}` : code, why);
    if (store.list) edit.append(store.list, calls[action], "Gives it to the route");
    if (last && missing.length > 0) edit.members(last, missing.map(({ name, type }) => `${name}?: ${type}`), "What the new endpoint knows of it too");
    return {
      file: edit.made(`Adds ${calls[action]} to the store of ${names.manyWords.join(" ")} that is there`),
      source: {
        kind: "store",
        label: `the store in memory, ${file}`,
        place: sources.placeAt(file, 0),
        file,
        imports: [fromFile(file, calls[action])],
        idType: store.idType,
        awaited: false,
        steps: storeSteps(calls),
        sample: { kind: "made", awaited: false, imports: [fromFile(file, calls.create)], code: (values) => `${calls.create}(${values})` },
        fields: known,
      },
    };
  }
  return null;
}

interface FoundStore {
  readonly idType: "string" | "number";
  /** What the new function goes behind. */
  readonly behind: ts.Statement;
  readonly exported: "inline" | "list";
  /** Names that are exported together. */
  readonly list: ts.NodeArray<ts.Node> | null;
  readonly shape: ts.InterfaceDeclaration | null;
  readonly members: ReadonlySet<string>;
}

function storeIn({ tree }: FileEdit, names: EntityNames): FoundStore | null {
  const { create } = storeCalls(names);
  const map = tree.statements.flatMap((statement) => (ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [])).find(({ name, initializer }) => {
    const value = initializer && bare(initializer);
    return name.getText() === names.many && value !== undefined && ts.isNewExpression(value) && value.expression.getText() === "Map";
  });
  const functions = tree.statements.filter((statement) => ts.isFunctionDeclaration(statement));
  const make = functions.find(({ name }) => name?.text === create);
  const behind = functions.at(-1);
  if (!map || !make || !behind || !exportsOf(tree).some(({ name }) => name === create)) return null;
  const inline = (ts.getModifiers(make) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const list = inline ? null : exportList(tree, create);
  if (!inline && !list) return null;
  const value = map.initializer && bare(map.initializer);
  const [keyType] = value && ts.isNewExpression(value) ? (value.typeArguments ?? []) : [];
  const shape = tree.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === names.type);
  const found = shape && ts.isInterfaceDeclaration(shape) ? shape : null;
  return {
    idType: keyType?.kind === ts.SyntaxKind.NumberKeyword || (keyType === undefined && /\blastId\b/.test(tree.text)) ? "number" : "string",
    behind, exported: inline ? "inline" : "list", list, shape: found,
    members: new Set(found?.members.flatMap(({ name }) => (name ? [name.getText()] : [])) ?? []),
  };
}

/** `module.exports = { a, b }` or `export { a, b }` with this name in it. */
function exportList(tree: ts.SourceFile, name: string): ts.NodeArray<ts.Node> | null {
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause) && statement.exportClause.elements.some((one) => one.name.text === name)) return statement.exportClause.elements;
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression) || statement.expression.left.getText() !== "module.exports") continue;
    const { right } = statement.expression;
    if (ts.isObjectLiteralExpression(right) && right.properties.some((property) => property.name?.getText() === name)) return right.properties;
  }
  return null;
}

function fieldsOfShape(shape: ts.InterfaceDeclaration): EndpointField[] {
  return shape.members.flatMap((member): EndpointField[] => {
    if (!ts.isPropertySignature(member) || !member.type) return [];
    const text = member.type.getText();
    const list = text.endsWith("[]");
    const plain = list ? text.slice(0, -2) : text;
    const type = plain === "number" ? "number" : plain === "boolean" ? "boolean" : "string";
    return [{ name: member.name.getText(), type, list, optional: member.questionToken !== undefined }];
  });
}
