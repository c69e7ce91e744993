import type { EndpointAction } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import type { Import } from "../code/ModuleText.ts";
import { type EntityNames, named, wordsOf } from "../engine/names.ts";
import { type Place, type Sources, walk } from "../engine/Sources.ts";
import type { DataSource, Sample, StepNames, Steps } from "./data-source.ts";
import { fieldsOfType } from "./shape-fields.ts";

/** What is known of a function without running it. */
export interface FunctionFacts {
  readonly name: string;
  /** Names of its parameters, those that must be given first. */
  readonly parameters: readonly string[];
  readonly required: number;
  readonly firstType: ts.TypeNode | undefined;
  /** What a comment says of the first one's type, where the language has no types. */
  readonly firstDocumented: ts.TypeNode | undefined;
  readonly body: string;
  /** Surely not a promise. */
  readonly immediate: boolean;
  /** Gives something back that can be answered or asked. */
  readonly returns: "value" | "boolean" | "nothing";
}

const HARMLESS = new Set(["find", "filter", "map", "push", "splice", "findIndex", "some", "every", "get", "set", "has", "delete", "values", "keys", "entries", "slice", "concat", "sort", "indexOf", "includes", "assign", "randomUUID", "max", "reduce", "from", "toString", "now", "String", "Number"]);

export function functionFacts(name: string, node: ts.FunctionLikeDeclaration): FunctionFacts {
  const isAsync = ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  const type = node.type?.getText() ?? "";
  const promise = isAsync || /^Promise\b/.test(type);
  let [simple, returned, hasValue] = [true, false, false];
  if (node.body) {
    walk(node.body, (inner) => {
      if (ts.isCallExpression(inner)) {
        const called = ts.isPropertyAccessExpression(inner.expression) ? inner.expression.name.text : inner.expression.getText();
        if (!HARMLESS.has(called)) simple = false;
      }
      if (ts.isReturnStatement(inner)) [returned, hasValue] = [true, hasValue || inner.expression !== undefined];
    });
    if (!ts.isBlock(node.body)) hasValue = true;
  }
  const inner = /^Promise<(.*)>$/s.exec(type)?.[1] ?? type;
  const returns = inner === "" ? (hasValue ? "value" : "nothing") : /^(?:void|undefined|never)$/.test(inner.trim()) ? "nothing" : inner.trim() === "boolean" ? "boolean" : "value";
  return {
    name,
    parameters: node.parameters.map((parameter) => parameter.name.getText()),
    required: node.parameters.filter((parameter) => !parameter.questionToken && !parameter.initializer && !parameter.dotDotDotToken).length,
    firstType: node.parameters[0]?.type,
    firstDocumented: node.parameters[0] && ts.getJSDocType(node.parameters[0]),
    body: node.body?.getText() ?? "",
    immediate: !promise && (type !== "" || (simple && (returned || hasValue))),
    returns,
  };
}

const VERBS: Readonly<Record<EndpointAction, readonly string[]>> = {
  get: ["findById", "getById", "findOne", "find", "get", "getOne", "fetchById", "byId", "read", "show", "load"],
  list: ["findAll", "getAll", "list", "all", "findMany", "getMany", "fetchAll", "find", "getList", "index"],
  create: ["create", "add", "insert", "save", "store", "createOne", "insertOne"],
  update: ["update", "updateById", "edit", "patch", "modify", "updateOne", "change"],
  delete: ["delete", "remove", "deleteById", "removeById", "destroy", "del", "deleteOne"],
};

export interface KnownId {
  readonly array: string;
  readonly id: string | number;
}

interface Wanted {
  readonly sources: Sources;
  readonly path: string;
  readonly names: EntityNames;
  readonly action: EndpointAction;
  readonly methods: readonly FunctionFacts[];
  /** The array of the file that they may look into, and an id in it. */
  readonly known: KnownId | null;
  readonly call: (method: string) => string;
  readonly imports: (used: readonly string[]) => readonly Import[];
  readonly label: string;
  readonly place: Place;
}

/** The functions that do what is asked; null where one is missing. */
export function functionSource({ sources, path, names, action, methods, known, call, imports, label, place }: Wanted): DataSource | null {
  const one = methodFor(methods, names, action);
  if (!one) return null;
  const find = methodFor(methods, names, "get");
  // What says nothing of whether there was such a thing is asked before.
  const asksFirst = (action === "delete" || action === "update") && one.returns === "nothing";
  if (asksFirst && !find) return null;
  if (action === "create" && one.returns !== "value") return null;
  const create = methodFor(methods, names, "create");
  const makes = create?.returns === "value";
  const finds = action === "list" || action === "create" ? find : one;
  const looked = known && finds && new RegExp(`\\b${known.array}\\b`).test(finds.body) ? known.id : null;
  const idType = idTypeOf(finds, looked);
  const awaits = (facts: FunctionFacts, code: string) => (facts.immediate ? code : `await ${code}`);
  const used = [one, ...(asksFirst && find ? [find] : [])];
  const fields = create?.firstType ? fieldsOfType(sources, path, create.firstType) : null;
  const sample: Sample = makes && create ? { kind: "made", awaited: !create.immediate, imports: imports([create.name]), code: (values) => `${call(create.name)}(${values})` } : looked !== null && typeof looked === idType ? { kind: "known", id: looked } : { kind: "none" };
  return {
    kind: "functions",
    label,
    place,
    file: path,
    imports: imports(used.map(({ name }) => name)),
    idType,
    awaited: used.some(({ immediate }) => !immediate),
    sample,
    fields: fields?.filter(({ name }) => name !== "id") ?? null,
    steps: (wanted: EndpointAction, at: StepNames): Steps => {
      const { id, values } = at;
      const found = (facts: FunctionFacts) => `const ${names.one} = ${awaits(facts, `${call(facts.name)}(${id})`)};`;
      switch (wanted) {
        case "list": return { before: one.immediate ? [] : [`const ${names.many} = ${awaits(one, `${call(one.name)}()`)};`], missing: null, after: [], result: one.immediate ? `${call(one.name)}()` : names.many };
        case "get": return { before: [found(one)], missing: `!${names.one}`, after: [], result: names.one };
        case "create": return { before: [`const ${names.one} = ${awaits(one, `${call(one.name)}(${values})`)};`], missing: null, after: [], result: names.one };
        case "update":
          if (!asksFirst) return { before: [`const ${names.one} = ${awaits(one, `${call(one.name)}(${id}, ${values})`)};`], missing: `!${names.one}`, after: [], result: one.returns === "boolean" ? values : names.one };
          return { before: find ? [found(find)] : [], missing: `!${names.one}`, after: [`${awaits(one, `${call(one.name)}(${id}, ${values})`)};`], result: `{ ...${names.one}, ...${values} }` };
        case "delete":
          if (!asksFirst) return { before: [`const deleted = ${awaits(one, `${call(one.name)}(${id})`)};`], missing: "!deleted", after: [], result: null };
          return { before: find ? [found(find)] : [], missing: `!${names.one}`, after: [`${awaits(one, `${call(one.name)}(${id})`)};`], result: null };
      }
    },
  };
}

const ARGUMENTS: Readonly<Record<EndpointAction, number>> = { list: 0, get: 1, create: 1, update: 2, delete: 1 };

function methodFor(methods: readonly FunctionFacts[], names: EntityNames, action: EndpointAction): FunctionFacts | null {
  const fits = ({ required, parameters }: FunctionFacts) => required <= ARGUMENTS[action] && parameters.length >= ARGUMENTS[action];
  for (const verb of VERBS[action]) {
    const spelled = new Set([verb, ...[names.type, names.typePlural].flatMap((name) => [named([...wordsOf(verb.replace(/(?:ById|All|One|Many)$/, "")), ...wordsOf(name)], "camel"), `${named([...wordsOf(verb.replace(/(?:ById|All|One|Many)$/, "")), ...wordsOf(name)], "camel")}ById`, named([...wordsOf(verb), ...wordsOf(name)], "camel")])].map((name) => name.toLowerCase()));
    // `getUsers` lists, `getUser` finds one.
    const found = methods.find((method) => spelled.has(method.name.toLowerCase()) && fits(method) && !(action === "get" && method.name.toLowerCase().endsWith(names.typePlural.toLowerCase())) && !(action === "list" && /byid$/i.test(method.name)));
    if (found) return found;
  }
  return null;
}

function idTypeOf(facts: FunctionFacts | null, known: string | number | null): "string" | "number" {
  const type = facts?.firstType ?? facts?.firstDocumented;
  if (type) return type.kind === ts.SyntaxKind.NumberKeyword ? "number" : "string";
  // Where nothing is said of it, what it is compared with decides, unless that is made a text of first.
  return typeof known === "number" && !/\bString\(|\.toString\(|`/.test(facts?.body ?? "") ? "number" : "string";
}
