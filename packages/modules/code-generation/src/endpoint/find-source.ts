import type { EndpointAction, EndpointField, FieldType } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import { fromFile, type Import } from "../code/ModuleText.ts";
import { TypeReader } from "../data/read-typescript.ts";
import { exportsOf } from "../engine/bindings.ts";
import { type EntityNames, wordsOf } from "../engine/names.ts";
import { bare, type Sources } from "../engine/Sources.ts";
import { isTestFile } from "../target/test-facts.ts";
import { arraySample, arraySteps, collectionImports } from "./collections.ts";
import type { DataSource } from "./data-source.ts";
import { fieldsOfType } from "./shape-fields.ts";
import { type FunctionFacts, functionFacts, functionSource, type KnownId } from "./functions.ts";

/** What the project keeps the entity in, found by name: a service or repository first, then an array. Null where there is nothing of the kind. */
export function findSource(sources: Sources, paths: readonly string[], names: EntityNames, action: EndpointAction, routeFiles: ReadonlySet<string>): DataSource | null {
  const words = new RegExp(`${names.type}|${names.typePlural}|${names.many}|${names.one}`, "i");
  const candidates = paths.filter((path) => !isTestFile(path) && words.test(sources.text(path) ?? ""));
  for (const path of candidates) {
    if (routeFiles.has(path)) continue;
    const found = serviceIn(sources, path, names, action);
    if (found) return found;
  }
  for (const path of candidates) {
    const found = arrayIn(sources, path, names, action);
    if (found) return found;
  }
  return null;
}

function arrayIn(sources: Sources, path: string, names: EntityNames, action: EndpointAction): DataSource | null {
  const tree = sources.tree(path);
  const wanted = arrayNames(names);
  const exported = exportsOf(tree);
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer, type } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || !initializer || !wanted.has(name.text.toLowerCase())) continue;
      const value = bare(initializer);
      if (!ts.isArrayLiteralExpression(value)) continue;
      const isFixed = (type && /^(?:readonly\b|ReadonlyArray)/.test(type.getText())) || /\bas const$/.test(initializer.getText());
      if (isFixed && action !== "get" && action !== "list") continue;
      const [first] = value.elements;
      const fields = type ? fieldsOfType(sources, path, type) : first && ts.isObjectLiteralExpression(first) ? fieldsOfLiteral(first) : null;
      // Ids are what one of them is found by.
      const known = first && ts.isObjectLiteralExpression(first) ? idOf(first) : null;
      const idType = known === null ? (fields?.find((field) => field.name === "id")?.type ?? null) : typeof known === "number" ? "integer" : "string";
      if (idType === null && (action !== "list" || type !== undefined)) continue;
      const out = exported.find(({ local }) => local === name.text);
      const imports: Import[] = out ? [fromFile(path, out.name === "=" ? "default" : out.name, name.text)] : [];
      const numeric = idType === "integer" || idType === "number" ? "number" : "string";
      return {
        kind: "array",
        label: `the array ${name.text}`,
        place: sources.placeOf(path, statement),
        file: path,
        imports: collectionImports(action, numeric, imports),
        idType: numeric,
        awaited: false,
        steps: arraySteps(name.text, numeric),
        sample: arraySample(name.text, known, imports),
        fields: fields?.filter((field) => field.name !== "id") ?? null,
      };
    }
  }
  return null;
}

function arrayNames(names: EntityNames): ReadonlySet<string> {
  return new Set([names.many, `${names.many}Data`, `${names.one}List`, `${names.one}Data`, `all${names.typePlural}`, `mock${names.typePlural}`].map((name) => name.toLowerCase()));
}

/** An id in an array of a file, exported or not. */
function knownIdIn(tree: ts.SourceFile, names: EntityNames): KnownId | null {
  const wanted = arrayNames(names);
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const value = initializer && bare(initializer);
      const first = value && ts.isArrayLiteralExpression(value) ? value.elements[0] : undefined;
      if (!ts.isIdentifier(name) || !wanted.has(name.text.toLowerCase()) || !first || !ts.isObjectLiteralExpression(first)) continue;
      const id = idOf(first);
      if (id !== null) return { array: name.text, id };
    }
  }
  return null;
}

function idOf(object: ts.ObjectLiteralExpression): string | number | null {
  for (const property of object.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== "id") continue;
    if (ts.isStringLiteralLike(property.initializer)) return property.initializer.text;
    if (ts.isNumericLiteral(property.initializer)) return Number(property.initializer.text);
  }
  return null;
}

/** An exported object, an instance of a class, or functions of a file that is called after the entity. */
function serviceIn(sources: Sources, path: string, names: EntityNames, action: EndpointAction): DataSource | null {
  const tree = sources.tree(path);
  const exported = exportsOf(tree);
  const known = knownIdIn(tree, names);
  const isOurs = (name: string) => {
    const words = wordsOf(name);
    return [names.one, names.many].some((of) => wordsOf(of).every((word, index) => words[index] === word)) && /(?:service|repository|repo|store|model|dao|db)$/i.test(name);
  };
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || !initializer || !isOurs(name.text)) continue;
      const out = exported.find(({ local }) => local === name.text);
      if (!out) continue;
      const value = bare(initializer);
      const methods = ts.isObjectLiteralExpression(value) ? methodsOf(value.properties) : ts.isNewExpression(value) && ts.isIdentifier(value.expression) ? classMethods(sources, path, value.expression.text) : null;
      if (!methods) continue;
      const imports = [fromFile(path, out.name === "=" ? "default" : out.name, name.text)];
      const found = functionSource({ sources, path, names, action, methods, known, call: (method) => `${name.text}.${method}`, imports: () => imports, label: `${name.text}`, place: sources.placeOf(path, statement) });
      if (found) return found;
    }
  }
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\.[cm]?[jt]sx?$/, "");
  const words = wordsOf(stem).join("");
  const about = [names.one, names.many].some((of) => words.startsWith(wordsOf(of).join("")));
  if (!about) return null;
  const functions: FunctionFacts[] = [];
  for (const statement of tree.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name && exported.some(({ local }) => local === statement.name?.text)) functions.push(functionFacts(statement.name.text, statement));
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)) && exported.some(({ local }) => local === name.text)) functions.push(functionFacts(name.text, initializer));
      }
    }
  }
  // Handlers of a framework take other arguments.
  const plain = functions.filter(({ parameters }) => !parameters.some((name) => /^(?:req|res|request|reply|response|next|ctx)$/.test(name)));
  return functionSource({ sources, path, names, action, methods: plain, known, call: (method) => method, imports: (used) => used.map((method) => fromFile(path, method)), label: `the functions of ${path}`, place: sources.placeAt(path, 0) });
}

function methodsOf(members: ts.NodeArray<ts.ObjectLiteralElementLike>): FunctionFacts[] {
  return members.flatMap((member): FunctionFacts[] => {
    if (ts.isMethodDeclaration(member) && ts.isIdentifier(member.name)) return [functionFacts(member.name.text, member)];
    if (ts.isPropertyAssignment(member) && ts.isIdentifier(member.name) && (ts.isArrowFunction(member.initializer) || ts.isFunctionExpression(member.initializer))) return [functionFacts(member.name.text, member.initializer)];
    return [];
  });
}

function classMethods(sources: Sources, path: string, name: string): FunctionFacts[] | null {
  const declared = new TypeReader(sources).find(path, name);
  if (!declared || !ts.isClassDeclaration(declared.node)) return null;
  return declared.node.members.flatMap((member): FunctionFacts[] => {
    const isPrivate = ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword || kind === ts.SyntaxKind.StaticKeyword);
    return ts.isMethodDeclaration(member) && ts.isIdentifier(member.name) && !isPrivate ? [functionFacts(member.name.text, member)] : [];
  });
}

function fieldsOfLiteral(object: ts.ObjectLiteralExpression): EndpointField[] {
  return object.properties.flatMap((property): EndpointField[] => {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) return [];
    const { initializer } = property;
    const type: FieldType | null = ts.isStringLiteralLike(initializer) ? (/^[^@\s]+@[^@\s]+\.[a-z]+$/.test(initializer.text) ? "email" : "string") : ts.isNumericLiteral(initializer) ? "number" : initializer.kind === ts.SyntaxKind.TrueKeyword || initializer.kind === ts.SyntaxKind.FalseKeyword ? "boolean" : null;
    return type ? [{ name: property.name.text, type: property.name.text === "id" && type === "number" ? "integer" : type, list: false, optional: false }] : [];
  });
}
