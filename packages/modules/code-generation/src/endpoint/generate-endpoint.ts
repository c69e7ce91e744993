import type { EndpointField, EndpointInput, EndpointParam } from "@coder/api/code-generation";
import { pathParams } from "../engine/checked-input.ts";
import { entityNames, withArticle } from "../engine/names.ts";
import type { Made } from "../engine/made.ts";
import type { MadeFile, Snapshot } from "../engine/snapshot.ts";
import { Sources } from "../engine/Sources.ts";
import { inputInvalid, unsupported } from "../errors.ts";
import { analyse } from "../target/analyse.ts";
import { canRunTests, whyNoTest } from "../target/test-facts.ts";
import { type DataSource, keyField } from "./data-source.ts";
import { fieldsOfEntity } from "./entity-fields.ts";
import { extendStore } from "./extend-store.ts";
import { findSource } from "./find-source.ts";
import type { EndpointPlan } from "./plan.ts";
import { storeFor } from "./store.ts";
import { writeNext } from "./write-next.ts";
import { writeRegistered } from "./write-registered.ts";

/** An endpoint with its test, written as the project writes its own. `target_unsupported`, `input_invalid`, `generation_conflict`. */
export function generateEndpoint(snapshot: Snapshot, input: EndpointInput): Made {
  const sources = new Sources(snapshot);
  const model = analyse(sources);
  const { framework } = model;
  if (!framework) throw unsupported(model);
  const names = entityNames(input.entity);
  const routeFiles = new Set(framework.map.holders.filter(({ own }) => own.length > 0).map(({ file }) => file));
  const found = findSource(sources, model.package.sources, names, input.action, routeFiles);
  const ends = ["get", "update", "delete"].includes(input.action);
  const declared = new Map(input.params.map(({ name, type }) => [name, type]));
  const all = pathParams(input.path);
  const idName = ends ? (all.at(-1) ?? null) : null;
  const entityFields = fieldsOfEntity(sources, input.entity);
  const own = found && usableSource(found, all.filter((name) => name !== idName), input);
  const extended = own ? null : extendStore(sources, model, names, input);
  const usable = own ?? extended?.source ?? null;
  const params = all.map((name): EndpointParam => ({ name, type: declared.get(name) ?? (usable && usable.idType === "number" && name === idName && keyField(name) === "id" ? "integer" : "string") }));
  const id = params.find(({ name }) => name === idName) ?? null;
  if (id && usable) checkIdType(id, usable, input);
  const fields = input.fields.filter(({ name }) => name !== "id");
  const storeFields = mergedFields(fields, entityFields?.fields ?? []);
  const made = usable ? null : storeFor(sources, model, names, input.action, { fields: storeFields, params });
  const source = usable ?? made?.source;
  if (!source) throw new Error("There is a source or a store is made");
  if (usable && input.action === "create") checkRequired(usable, fields, params);
  const plan: EndpointPlan = { method: input.method, path: input.path, action: input.action, names, params, id, parents: params.filter((param) => param !== id), fields, source, model, sources };
  const written = framework.kind === "next-app" || framework.kind === "next-pages" ? writeNext(plan, framework) : writeRegistered(plan, framework);
  const files: MadeFile[] = made
    ? [{ path: made.file.path, kind: "create", original: null, content: made.file.render(model.style), reason: `The project keeps ${names.manyWords.join(" ")} nowhere that could be found by name: they are kept in memory here until something lasting takes its place`, hunkReasons: [] }, ...written]
    : [...(extended ? [extended.file] : []), ...written];
  const notes = usable ? [`Data comes from ${usable.label}${usable.place ? ` (${usable.place.path}, line ${usable.place.line})` : ""}.`] : [`No service, repository or array of ${names.manyWords.join(" ")} was found: they are kept in memory, in ${made?.file.path ?? ""}.`];
  if (source.sample.kind === "none" && ends) notes.push(`The test cannot make ${names.one}: it covers what is missing or wrong only.`);
  if (!canRunTests(model)) notes.push(whyNoTest(model));
  return { title: `${input.method} ${input.path}`, reason: `An endpoint that ${purpose(input, names.words, names.manyWords.join(" "))}, written as this project writes its own`, files: [...files].sort((one, other) => (one.path < other.path ? -1 : 1)), notes, facts: model.facts, formatting: model.formatting, tables: [] };
}

function purpose({ action }: EndpointInput, one: string, many: string): string {
  const purposes = { list: `lists ${many}`, get: `returns ${withArticle(one)}`, create: `creates ${withArticle(one)}`, update: `changes ${withArticle(one)}`, delete: `removes ${withArticle(one)}` } as const;
  return purposes[action];
}

/** Functions of the project take what they take: with more parameters in the path they do not fit. */
function usableSource(source: DataSource, parents: readonly string[], { action, path }: EndpointInput): DataSource | null {
  const last = pathParams(path).at(-1);
  const key = action === "get" || action === "update" || action === "delete" ? keyField(last ?? "id") : "id";
  if (key !== "id" && (source.kind === "functions" || !source.fields?.some(({ name }) => name === key))) return null;
  if (source.kind === "functions" && parents.length > 0) return null;
  if (parents.length > 0 && source.fields && parents.some((name) => !source.fields?.some((field) => field.name === name))) return null;
  return source.kind === "array" && action === "create" && source.imports.length === 0 && source.fields === null ? null : source;
}

function checkIdType(id: EndpointParam, source: DataSource, { params, entity }: EndpointInput): void {
  const index = params.findIndex(({ name }) => name === id.name);
  if (index < 0 || keyField(id.name) !== "id") return;
  const isNumber = id.type === "integer";
  if (isNumber === (source.idType === "number")) return;
  throw inputInvalid(`params.${index}.type`, `${source.label} finds ${entity} by ${source.idType === "number" ? "a number" : "a text"}.`, `Choose ${source.idType === "number" ? "integer" : "string or uuid"}.`);
}

/** What the project's own data cannot do without. */
function checkRequired(source: DataSource, fields: readonly EndpointField[], params: readonly EndpointParam[]): void {
  const missing = (source.fields ?? []).filter(({ name, optional }) => !optional && name !== "id" && !fields.some((field) => field.name === name) && !params.some((param) => param.name === name));
  if (missing.length === 0) return;
  throw inputInvalid("fields", `${source.label} needs ${missing.map(({ name }) => name).join(", ")} too.`, "Add the fields, or make them optional in the project first.");
}

function mergedFields(own: readonly EndpointField[], known: readonly EndpointField[]): EndpointField[] {
  return [...own, ...known.filter(({ name }) => name !== "id" && !own.some((field) => field.name === name)).map((field) => ({ ...field, optional: own.length > 0 ? true : field.optional }))];
}
