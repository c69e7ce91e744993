import { type EndpointAction, type EndpointField, type EndpointInput, EndpointInputSchema, EndpointPathSchema, type HttpMethod, type MissingField, type SentencePart, type SentenceReading } from "@coder/api/code-generation";
import { checkedInput, pathParams } from "../engine/checked-input.ts";
import { entityNames, named, singularOf, withArticle, wordsOf } from "../engine/names.ts";
import { isAppError } from "@coder/shared";
import { MAX_GAP, readFields } from "./read-fields.ts";
import type { ProjectWords } from "./project-words.ts";
import { type Token, tokensOf } from "./tokens.ts";

const METHODS: ReadonlyMap<string, HttpMethod> = new Map([["get", "GET"], ["post", "POST"], ["put", "PUT"], ["patch", "PATCH"], ["delete", "DELETE"]]);
/** Verbs that say what is done. `get` and the like: one by something, otherwise all. */
const VERBS: readonly (readonly [EndpointAction | "read", RegExp])[] = [
  ["create", /^(?:creates?|creating|adds?|adding|inserts?|inserting|saves?|saving|stores?|storing|registers?|registering|submits?|submitting)$/],
  ["update", /^(?:updates?|updating|edits?|editing|changes?|changing|modif(?:y|ies|ying)|replaces?|replacing|renames?|renaming)$/],
  ["delete", /^(?:deletes?|deleting|removes?|removing|destroys?|destroying|drops?)$/],
  ["list", /^(?:lists?|listing)$/],
  ["read", /^(?:returns?|returning|gets?|getting|fetch(?:es|ing)?|finds?|finding|reads?|reading|shows?|showing|loads?|loading|looks?|looking|retrieves?|retrieving|gives?|giving|answers?|answering|serves?|queries|query|view)$/],
];
const STOP = new Set("a an the of all every each one single new some any that which to for in on at with and or by from its their this these existing given specific particular me us please endpoint endpoints route routes api handler http rest up it as using via be is are out back path url json list lists".split(" "));
const MAKERS = /^(?:add|create|make|write|build|implement|generate|expose|provide|need|want|give|set)$/;

export function readEndpoint(sentence: string, words: ProjectWords): SentenceReading {
  const tokens = tokensOf(sentence);
  const parts: SentencePart[] = [];
  const assumed: { field: string; value: string; reason: string }[] = [];
  const missing: MissingField[] = [];
  const note = (field: string, value: string, from: Token, to: Token = from) => parts.push({ start: from.start, end: to.end, field, value });

  const pathToken = tokens.find(({ text }) => text.startsWith("/") && text.length > 1);
  const path = pathToken ? readPath(pathToken.text) : null;
  if (pathToken && path !== null) note("path", path, pathToken);

  const methodAt = tokens.findIndex(({ text, lower }, index) => METHODS.has(lower) && (text === text.toUpperCase() || tokens[index + 1] === pathToken || /^(?:endpoint|route|request|handler)$/.test(tokens[index + 1]?.lower ?? "")));
  const methodToken = tokens[methodAt];
  let method: HttpMethod | null = methodToken ? (METHODS.get(methodToken.lower) ?? null) : null;
  if (methodToken && method) note("method", method, methodToken);

  // Behind the word that says what kind of thing is made, its verb counts; "add an endpoint that returns …".
  const head = tokens.findIndex(({ lower }) => /^(?:endpoint|route|handler|api)$/.test(lower));
  const isMaker = (index: number) => {
    if (!MAKERS.test(tokens[index]?.lower ?? "")) return false;
    // "add GET /users that lists all": what is added is the endpoint, too.
    const next = tokens[index + 1];
    if (next && ((METHODS.has(next.lower) && next.text === next.text.toUpperCase()) || next === pathToken)) return true;
    return head > index && tokens.slice(index + 1, head).every(({ lower, text }) => STOP.has(lower) || METHODS.has(lower) || text.startsWith("/"));
  };
  const verbs = tokens.flatMap((token, index) => {
    if (index === methodAt || token.text.startsWith("/") || isMaker(index)) return [];
    const action = VERBS.find(([, pattern]) => pattern.test(token.lower))?.[0];
    return action ? [{ action, index, token }] : [];
  });
  const verb = verbs[0];
  const byAt = tokens.findIndex(({ lower }, index) => /^(?:by|with)$/.test(lower) && /^(?:id|ids|uuid|slug|key|its|their|the|a|an|name|email|username|sku|isbn|code|number|[a-z]+id)$/i.test(tokens[index + 1]?.lower ?? "") && (lower === "by" || /^(?:id|uuid)$/.test(tokens[index + 2]?.lower ?? tokens[index + 1]?.lower ?? "")));
  const keyToken = byAt < 0 ? undefined : tokens.slice(byAt + 1).find(({ lower }) => !STOP.has(lower));

  const entity = readEntity(tokens, { from: verb?.index ?? Math.max(head, methodAt), path, skip: new Set([methodAt, byAt]), byAt });
  if (entity) note("entity", entity.name, entity.from, entity.to);
  let name = entity?.name ?? null;
  if (name === null && path !== null) {
    const segment = path.split("/").filter((one) => one !== "" && !one.startsWith(":") && !/^(?:api|v\d+|rest)$/.test(one)).at(-1);
    if (segment !== undefined) {
      name = named(wordsOf(singularOf(segment)), "pascal");
      assumed.push({ field: "entity", value: name, reason: `The path is about ${segment}` });
    }
  }

  let action: EndpointAction | null = null;
  if (verb) {
    action = verb.action === "read" ? readAction(path, keyToken, entity, tokens) : verb.action;
    if (action) note("action", action, verb.token);
  }
  if (action === null && (!verb || verb.action === "read")) {
    const of = actionOf(method, path);
    if (of && !(verb?.action === "read" && path === null)) {
      action = of;
      assumed.push({ field: "action", value: of, reason: method === null ? "The path says so" : `${method} ${path ?? ""} does this` });
    }
  }
  if (action !== null && method === null) {
    method = { list: "GET", get: "GET", create: "POST", update: "PATCH", delete: "DELETE" }[action] as HttpMethod;
    assumed.push({ field: "method", value: method, reason: `That is usually done with ${method}` });
  }
  if (keyToken) note("params.0.name", keyToken.text, keyToken);

  let full = path;
  if (full === null && name !== null && action !== null) {
    const many = named(entityNames(name).manyWords, "kebab");
    const key = keyToken ? named(wordsOf(keyToken.text), "camel") : "id";
    const collection = `${words.prefix?.value ?? ""}/${many}`;
    full = ["get", "update", "delete"].includes(action) ? `${collection}/:${key}` : collection;
    assumed.push({ field: "path", value: full, reason: words.prefix?.reason ?? `${named(entityNames(name).manyWords, "kebab")} are usually found there` });
  }

  const listed = readFields(tokens, action, byAt);
  for (const { field, from, to } of listed) note(`fields.${field.name}`, field.type + (field.list ? "[]" : ""), from, to);
  let fields: EndpointField[] = listed.map(({ field }) => field);
  if (fields.length === 0 && name !== null && (action === "create" || action === "update")) {
    const known = words.fields(name);
    if (known && known.fields.length > 0) {
      fields = [...known.fields];
      assumed.push({ field: "fields", value: fields.map((field) => field.name).join(", "), reason: `They are the fields of ${known.from}` });
    }
  }
  const key = full === null ? [] : pathParams(full);
  const typed: "uuid" | "integer" | null = tokens.some(({ lower }) => /^(?:uuid|guid)$/.test(lower)) ? "uuid" : tokens.some(({ lower }) => /^(?:numeric|integer|number)$/.test(lower)) && byAt >= 0 ? "integer" : null;
  const last = key.at(-1);
  const isId = action === "get" || action === "update" || action === "delete";
  const number = isId && last === "id" && typed === null && name !== null ? words.idIsNumber(name) : null;
  if (number === true && last !== undefined) assumed.push({ field: "params.0.type", value: "integer", reason: `The type's id is a number` });
  const params = last !== undefined && isId && (typed !== null || number === true) ? [{ name: last, type: typed ?? ("integer" as const) }] : [];

  if (path === null && pathToken) missing.push({ field: "path", question: `${pathToken.text} is no path: which one is it?`, options: [] });
  if (name === null) missing.push({ field: "entity", question: "What is it about?", options: words.types.slice(0, 8).map((type) => type.name) });
  if (action === null) missing.push({ field: "action", question: verb ? `Does it answer with one ${name ?? "thing"} or with all?` : "What does the endpoint do?", options: verb ? ["get", "list"] : ["list", "get", "create", "update", "delete"] });
  if (method === null) missing.push({ field: "method", question: "Which method does it take?", options: ["GET", "POST", "PUT", "PATCH", "DELETE"] });
  if (full === null && !missing.some(({ field }) => field === "path")) missing.push({ field: "path", question: "Under which path is it found?", options: [] });
  if ((action === "create" || action === "update") && fields.length === 0) missing.push({ field: "fields", question: `Which fields does ${name === null ? "the body" : withArticle(entityNames(name).words)} have?`, options: [] });

  const draft = { method, path: full, action, entity: name, params, fields };
  const input = missing.length === 0 ? complete(draft, missing) : null;
  return { generator: "http-endpoint", endpoint: draft, testData: null, understood: disjoint(parts), assumed, missing, input };
}

/** The whole form, or null with what speaks against it as a question. */
function complete(draft: { readonly [Name in keyof EndpointInput]: unknown }, missing: MissingField[]): EndpointInput | null {
  const parsed = EndpointInputSchema.safeParse(draft);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    missing.push({ field: issue?.path.join(".") ?? "path", question: issue?.message ?? "", options: [] });
    return null;
  }
  try {
    checkedInput("http-endpoint", parsed.data);
    return parsed.data;
  } catch (error) {
    if (!isAppError(error)) throw error;
    missing.push({ field: String(error.details?.["path"] ?? ""), question: error.message, options: [] });
    return null;
  }
}

/** Parameters as the form writes them: `{id}`, `[id]` and `:id` are the same. */
function readPath(text: string): string | null {
  const path = text.replace(/\{(\w+)\}|\[(\w+)\]/g, (_match, one: string | undefined, other: string | undefined) => `:${one ?? other ?? ""}`).replace(/\/+$/, "");
  return EndpointPathSchema.safeParse(path).success ? path : null;
}

function actionOf(method: HttpMethod | null, path: string | null): EndpointAction | null {
  const ends = path?.split("/").at(-1)?.startsWith(":") ?? false;
  if (method === "POST") return "create";
  if (method === "PUT" || method === "PATCH") return "update";
  if (method === "DELETE") return "delete";
  if (method === "GET" && path !== null) return ends ? "get" : "list";
  return null;
}

/** One or all: by a key or a path that ends in one, by number, by "all". Null where nothing says. */
function readAction(path: string | null, key: Token | undefined, entity: EntityFound | null, tokens: readonly Token[]): EndpointAction | null {
  if (path !== null) return path.split("/").at(-1)?.startsWith(":") ? "get" : "list";
  if (key) return "get";
  if (tokens.some(({ lower }) => /^(?:all|every|list)$/.test(lower))) return "list";
  if (entity?.plural) return "list";
  return entity && tokens.some(({ lower, end }) => /^(?:a|an|one|single|specific|given)$/.test(lower) && end < entity.from.start) ? "get" : null;
}

interface EntityFound {
  readonly name: string;
  readonly from: Token;
  readonly to: Token;
  readonly plural: boolean;
}

/** The noun behind the verb: one word, or two where the second belongs to it (`order item`). */
function readEntity(tokens: readonly Token[], at: { readonly from: number; readonly path: string | null; readonly skip: ReadonlySet<number>; readonly byAt: number }): EntityFound | null {
  for (let index = at.from + 1; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token || at.skip.has(index) || !/^[A-Za-z]/.test(token.text) || STOP.has(token.lower) || METHODS.has(token.lower)) {
      if (index === at.byAt || /^(?:with|from|having|containing)$/.test(token?.lower ?? "")) return null;
      continue;
    }
    if (VERBS.some(([, pattern]) => pattern.test(token.lower)) && token.text === token.lower) continue;
    let end = index;
    const next = () => tokens[end + 1];
    const goesOn = (one: Token | undefined) => one !== undefined && /^[A-Za-z]/.test(one.text) && !STOP.has(one.lower) && !METHODS.has(one.lower) && !/^(?:having|containing|where|when|whose|if|sorted|paged|including|id|details|data|record|records|resource|resources|object|objects)$/.test(one.lower) && one.start - (tokens[end]?.end ?? 0) <= MAX_GAP;
    if (goesOn(next()) && end - index < 2) end++;
    const words = tokens.slice(index, end + 1).flatMap(({ text }) => wordsOf(text.replace(/'s$/, "")));
    if (words.length === 0 || words.some((word) => !/^[a-z]/.test(word))) continue;
    const last = words.at(-1) ?? "";
    const first = tokens[index];
    const final = tokens[end];
    if (!first || !final) return null;
    const name = named([...words.slice(0, -1), singularOf(last)], "pascal");
    return name.length > 60 ? null : { name, from: first, to: final, plural: singularOf(last) !== last };
  }
  return null;
}

/** In order, none over another: what was understood first counts. */
export function disjoint(parts: readonly SentencePart[]): SentencePart[] {
  const kept: SentencePart[] = [];
  for (const part of parts) if (!kept.some(({ start, end }) => part.start < end && start < part.end)) kept.push(part);
  return kept.sort((one, other) => one.start - other.start);
}
