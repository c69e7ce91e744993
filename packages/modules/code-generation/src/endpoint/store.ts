import type { EndpointAction, EndpointField, EndpointParam } from "@coder/api/code-generation";
import { posix } from "node:path";
import { fromFile, fromPackage, ModuleText, type Import } from "../code/ModuleText.ts";
import type { EntityNames } from "../engine/names.ts";
import { named } from "../engine/names.ts";
import type { Sources } from "../engine/Sources.ts";
import type { TargetModel } from "../target/analyse.ts";
import { type DataSource, keyField, parentMatch, type StepNames, type Steps } from "./data-source.ts";
import { fieldType } from "./field-code.ts";

const FOLDERS = ["stores", "store", "repositories", "repository", "data", "db", "services", "models", "lib"];

/** An in-memory store for an entity that the project keeps nowhere yet. */
export function storeFor(sources: Sources, model: TargetModel, names: EntityNames, action: EndpointAction, wanted: { readonly fields: readonly EndpointField[]; readonly params: readonly EndpointParam[] }): { readonly source: DataSource; readonly file: ModuleText } {
  const id = wanted.params.at(-1);
  const ends = action === "get" || action === "update" || action === "delete";
  const idType = ends && id?.type === "integer" && keyField(id.name) === "id" ? "number" : "string";
  const parents = ends ? wanted.params.slice(0, -1) : wanted.params;
  const key = ends && id ? keyField(id.name) : "id";
  const keyType = key !== "id" && id?.type === "integer" ? "number" : "string";
  const path = storePath(sources, model, names);
  const calls = storeCalls(names);
  const make = calls.create;
  const file = new ModuleText(path);
  if (idType === "string") file.imports.push(fromPackage("node:crypto", "randomUUID"));
  const keyed = key === "id" || wanted.fields.some(({ name }) => name === key) ? [] : [`${key}: ${keyType};`];
  const own = parents.filter(({ name }) => !wanted.fields.some((field) => field.name === name));
  const fields = [...keyed, ...own.map(({ name, type }) => `${name}: ${type === "integer" ? "number" : "string"};`), ...wanted.fields.map((field) => `${field.name}${field.optional ? "?" : ""}: ${fieldType(field)};`)];
  const ids = idType === "number" ? "number" : "string";
  file.blocks.push([`interface ${names.type} {`, `  id: ${ids};`, ...fields.map((line) => `  ${line}`), "}"].join("\n"), `type New${names.type} = Omit<${names.type}, "id">;`);
  file.blocks.push(`/** Kept until the process ends. */\nconst ${names.many} = new Map<${ids}, ${names.type}>();${idType === "number" ? "\nlet lastId = 0;" : ""}`);
  file.blocks.push(`function ${make}(values: New${names.type}): ${names.type} {\n  const ${names.one} = { id: ${idType === "number" ? "++lastId" : "randomUUID()"}, ...values };\n  ${names.many}.set(${names.one}.id, ${names.one});\n  return ${names.one};\n}`);
  if (action !== "create") file.blocks.push(storeFunction(names, action, { key, keyType, ids, parents }));
  const functions = [...new Set([make, calls[action]])];
  file.exported.push({ name: names.type, isDefault: false }, { name: `New${names.type}`, isDefault: false }, ...functions.map((name) => ({ name, isDefault: false })));
  const call: Import = fromFile(path, calls[action]);
  const source: DataSource = {
    kind: "store",
    label: `a store in memory, ${path}`,
    place: null,
    file: path,
    imports: [call],
    idType,
    awaited: false,
    steps: storeSteps(calls),
    sample: { kind: "made", awaited: false, imports: [fromFile(path, make)], code: (values) => `${make}(${values})` },
    fields: wanted.fields,
  };
  return { source, file };
}

/** What the functions of a store are called. */
export function storeCalls(names: EntityNames): Readonly<Record<EndpointAction, string>> {
  return { list: `list${names.typePlural}`, get: `find${names.type}`, create: `create${names.type}`, update: `update${names.type}`, delete: `delete${names.type}` };
}

/** One function on the map of a store. `key`: the field that one is found by. */
export function storeFunction(names: EntityNames, action: Exclude<EndpointAction, "create">, { key, keyType, ids, parents }: { readonly key: string; readonly keyType: string; readonly ids: string; readonly parents: readonly EndpointParam[] }): string {
  const { one, many, type } = names;
  const calls = storeCalls(names);
  const filter = parentMatch(parents, one);
  const parameters = parents.map((parent) => `${parent.name}: ${parent.type === "integer" ? "number" : "string"}`).join(", ");
  const given = key === "id" ? `id: ${ids}` : `${key}: ${keyType}`;
  const found = key === "id" ? `${many}.get(id)` : `[...${many}.values()].find((candidate) => candidate.${key} === ${key})`;
  switch (action) {
    case "list": return `function ${calls.list}(${parameters}): ${type}[] {\n  return [...${many}.values()]${filter === "" ? "" : `.filter((${one}) => ${filter})`};\n}`;
    case "get": return `function ${calls.get}(${given}): ${type} | undefined {\n  return ${found};\n}`;
    case "update": return `function ${calls.update}(${given}, values: Partial<New${type}>): ${type} | undefined {\n  const ${one} = ${found};\n  return ${one} && Object.assign(${one}, values);\n}`;
    case "delete": return `function ${calls.delete}(${given}): boolean {\n${key === "id" ? `  return ${many}.delete(id);` : `  const ${one} = ${found};\n  return ${one} !== undefined && ${many}.delete(${one}.id);`}\n}`;
  }
}

export function storeSteps(calls: Readonly<Record<EndpointAction, string>>) {
  return (action: EndpointAction, { names, id, values, parents }: StepNames): Steps => {
    const given = parents.map(({ name }) => name);
    const mismatch = parents.map(({ name }) => `${names.one}.${name} !== ${name}`);
    switch (action) {
      case "list": return { before: [], missing: null, after: [], result: `${calls.list}(${given.join(", ")})` };
      case "get": return { before: [`const ${names.one} = ${calls.get}(${id});`], missing: [`!${names.one}`, ...mismatch].join(" || "), after: [], result: names.one };
      case "create": return { before: [], missing: null, after: [], result: `${calls.create}(${given.length === 0 ? values : `{ ${given.join(", ")}, ...${values} }`})` };
      case "update": return { before: [`const ${names.one} = ${calls.update}(${id}, ${values});`], missing: `!${names.one}`, after: [], result: names.one };
      case "delete": return { before: [], missing: `!${calls.delete}(${id})`, after: [], result: null };
    }
  };
}

/** Beside what holds data in the project, else beside the sources. */
function storePath(sources: Sources, { package: { folder, sources: own }, naming, style, framework }: TargetModel, names: EntityNames): string {
  const at = folder === "" ? "" : `${folder}/`;
  const known = FOLDERS.flatMap((name) => [`${at}src/${name}`, `${at}${name}`, `${at}app/${name}`, `${at}server/${name}`]).find((one) => own.some((path) => path.startsWith(`${one}/`)));
  const routes = framework?.map.holders.find(({ kind }) => kind !== "app")?.file ?? framework?.map.holders[0]?.file;
  const isNext = framework?.kind === "next-app" || framework?.kind === "next-pages";
  const usual = isNext ? `${at}${framework.map.root.includes("src/") ? "src/" : ""}lib` : routes === undefined ? `${at}src` : posix.dirname(own.some((path) => path === routes) && /\/(?:routes?|routers?|api|plugins)$/.test(posix.dirname(routes)) ? posix.dirname(routes) : routes);
  const base = known ?? usual;
  for (let number = 1; ; number++) {
    const stem = named([...names.manyWords, "store", ...(number === 1 ? [] : [String(number)])], naming === "pascal" ? "camel" : naming);
    const path = posix.normalize(`${base === "." || base === "" ? "" : `${base}/`}${stem}.${style.extension}`);
    if (!sources.has(path)) return path;
  }
}
