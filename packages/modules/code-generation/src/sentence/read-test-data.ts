import { type MissingField, type SentencePart, type SentenceReading, type TestDataInput, MAX_ROWS, TestDataInputSchema, type TypePlace } from "@coder/api/code-generation";
import { entityNames, singularOf, wordsOf } from "../engine/names.ts";
import type { ProjectWords } from "./project-words.ts";
import { disjoint } from "./read-endpoint.ts";
import { type Token, tokensOf } from "./tokens.ts";

const NUMBERS: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, dozen: 12, twelve: 12, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50, hundred: 100, thousand: 1_000 };
const LOCALES = { english: "en", german: "de", french: "fr", spanish: "es" } as const;
const STOP = new Set("a an the of for from some me us please test fake sample mock dummy random example demo seed data rows row records record entries entry fixtures fixture values objects generate create make produce give need want i type types schema interface model using with and as in each one to my valid realistic based on add build csv json typescript edge cases edge-case key items database db table tables".split(" "));

/** `50 test users from the User type`, `20 orders and 5 customers as csv with edge cases`. */
export function readTestData(sentence: string, words: ProjectWords): SentenceReading {
  const tokens = tokensOf(sentence);
  const parts: SentencePart[] = [];
  const assumed: { field: string; value: string; reason: string }[] = [];
  const missing: MissingField[] = [];
  const note = (field: string, value: string, from: Token, to: Token = from) => parts.push({ start: from.start, end: to.end, field, value });

  const formatToken = tokens.find(({ lower }) => /^(?:csv|json|typescript|ts)$/.test(lower));
  const format = formatToken ? (formatToken.lower === "csv" ? "csv" : formatToken.lower === "json" ? "json" : "typescript") : null;
  if (formatToken && format) note("format", format, formatToken);
  const localeToken = tokens.find(({ lower }) => lower in LOCALES);
  const locale = localeToken ? LOCALES[localeToken.lower as keyof typeof LOCALES] : null;
  if (localeToken && locale) note("locale", locale, localeToken);
  const edgeAt = tokens.findIndex(({ lower }, index) => lower === "edge-case" || lower === "edge-cases" || (lower === "edge" && /^cases?$/.test(tokens[index + 1]?.lower ?? "")));
  const edge = tokens[edgeAt];
  if (edge) note("edgeCases", "true", edge, edge.lower === "edge" ? (tokens[edgeAt + 1] ?? edge) : edge);
  const keyAt = tokens.findIndex(({ lower }, index) => (lower === "key" || (lower === "seed" && /^(?:with|and|using)$/.test(tokens[index - 1]?.lower ?? ""))) && tokens[index + 1] !== undefined);
  const keyToken = keyAt < 0 ? undefined : tokens[keyAt + 1];
  if (keyToken) note("key", keyToken.text, keyToken);

  const tables: { type: string | null; path: string | null; rows: number | null }[] = [];
  const used = new Set<number>([edgeAt, edgeAt + 1, keyAt + 1].filter((index) => index > 0 || (index === 0 && edgeAt === 0)));
  let rows: { value: number; token: Token; end: Token } | null = null;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token || used.has(index) || token === keyToken) continue;
    const number = numberAt(tokens, index);
    if (number) {
      rows = { value: number.value, token, end: tokens[number.end] ?? token };
      index = number.end;
      continue;
    }
    if (!/^[A-Za-z_]/.test(token.text) || STOP.has(token.lower) || token === formatToken || token === localeToken) continue;
    const found = typeFor(tokens, index, words.types);
    const unnamed = tables.length === 0 || rows !== null;
    if (!found.name || (!unnamed && !found.exact)) continue;
    index = found.end;
    const end = tokens[found.end] ?? token;
    // `50 test users from the User type`: the same, said again.
    const same = tables.findIndex(({ type }) => type !== null && (type === found.name || entityNames(type).type === entityNames(found.name).type));
    if (same >= 0) {
      const known = tables[same];
      if (known && found.exact) tables[same] = { ...known, type: found.name, path: found.path };
      note(`tables.${same}.type`, found.name, token, end);
      continue;
    }
    // `100 rows of X`, but also `rows from the Product schema` behind a word that is none of the types.
    const only = tables[0];
    if (rows === null && tables.length === 1 && only && found.exact && !words.types.some(({ name }) => name === only.type)) {
      tables[0] = { ...only, type: found.name, path: found.path };
      note("tables.0.type", found.name, token, end);
      continue;
    }
    if (rows) note(`tables.${tables.length}.rows`, String(rows.value), rows.token, rows.end);
    note(`tables.${tables.length}.type`, found.name, token, end);
    tables.push({ type: found.name, path: found.path, rows: rows?.value ?? null });
    rows = null;
  }
  const [first] = tables;
  if (rows && first && first.rows === null) {
    first.rows = rows.value;
    note("tables.0.rows", String(rows.value), rows.token, rows.end);
  }
  if (tables.length === 0) {
    tables.push({ type: null, path: null, rows: rows?.value ?? null });
    if (rows) note("tables.0.rows", String(rows.value), rows.token, rows.end);
  }

  tables.forEach((table, index) => {
    const named = words.types.filter(({ name }) => name === table.type);
    const paths = [...new Set(named.map(({ path }) => path))];
    if (table.type === null) missing.push({ field: `tables.${index}.type`, question: "Of which type are the rows?", options: words.types.slice(0, 8).map(({ name }) => name) });
    else if (named.length === 0) missing.push({ field: `tables.${index}.type`, question: `There is no type or schema called ${table.type} in the project: which one is it?`, options: similar(table.type, words.types) });
    else if (paths.length > 1 && table.path === null) missing.push({ field: `tables.${index}.path`, question: `There are several types called ${table.type}: which file has it?`, options: paths });
    if (table.rows === null) missing.push({ field: `tables.${index}.rows`, question: `How many rows of ${table.type ?? "it"}?`, options: ["10", "50", "100"] });
    else if (table.rows < 1 || table.rows > MAX_ROWS) missing.push({ field: `tables.${index}.rows`, question: `There can be 1 to ${MAX_ROWS.toLocaleString("en")} rows: how many?`, options: [String(MAX_ROWS)] });
  });
  if (!format) assumed.push({ field: "format", value: "json", reason: "Nothing else is said" });

  const options: Pick<TestDataInput, "format" | "key" | "locale" | "edgeCases"> = { format: format ?? "json", key: keyToken?.text ?? "1", locale: locale ?? "en", edgeCases: edge !== undefined };
  const parsed = missing.length === 0 ? TestDataInputSchema.safeParse({ ...options, tables: tables.map(({ type, path, rows: count }) => ({ type, rows: count, ...(path === null ? {} : { path }) })) }) : null;
  const input: TestDataInput | null = parsed?.success ? parsed.data : null;
  return { generator: "test-data", endpoint: null, testData: { ...options, tables }, understood: disjoint(parts), assumed, missing, input };
}

function numberAt(tokens: readonly Token[], index: number): { readonly value: number; readonly end: number } | null {
  const token = tokens[index];
  if (!token) return null;
  if (/^\d/.test(token.text)) {
    const value = Number(token.text.replace(/k$/i, "").replace(/[,.](?=\d{3}\b)/g, "")) * (/k$/i.test(token.text) ? 1_000 : 1);
    return Number.isInteger(value) ? { value, end: index } : null;
  }
  const next = tokens[index + 1]?.lower ?? "";
  if (token.lower === "a" && ["hundred", "thousand", "dozen"].includes(next)) return { value: NUMBERS[next] ?? 0, end: index + 1 };
  const value = NUMBERS[token.lower];
  if (value === undefined || token.lower === "one") return null;
  return next === "hundred" || next === "thousand" ? { value: value * (NUMBERS[next] ?? 1), end: index + 1 } : { value, end: index };
}

/** The type that words mean: spelled as it is, or as people say it (`order items` → OrderItem, OrderItemSchema). */
function typeFor(tokens: readonly Token[], index: number, types: readonly TypePlace[]): { readonly name: string; readonly path: string | null; readonly end: number; readonly exact: boolean } {
  const token = tokens[index];
  if (!token) return { name: "", path: null, end: index, exact: false };
  const exact = types.find(({ name }) => name === token.text);
  if (exact) return { name: exact.name, path: null, end: index, exact: true };
  for (const length of [3, 2, 1]) {
    const part = tokens.slice(index, index + length);
    if (part.length < length || part.some(({ text }, at) => !/^[A-Za-z_]/.test(text) || (at > 0 && STOP.has(text.toLowerCase()) && text.toLowerCase() !== "items"))) continue;
    const wanted = part.flatMap(({ text }) => wordsOf(text));
    const said = [...wanted.slice(0, -1), singularOf(wanted.at(-1) ?? "")].join(" ");
    const matches = types.filter(({ name }) => [name, name.replace(/(?:Schema|Type|Model|Dto|DTO)$/, ""), name.replace(/^I(?=[A-Z])/, "")].some((one) => wordsOf(one).join(" ") === said));
    const best = matches.find(({ name }) => wordsOf(name).join(" ") === said) ?? matches[0];
    if (best) return { name: best.name, path: null, end: index + length - 1, exact: true };
  }
  return { name: entityNames(token.text).type, path: null, end: index, exact: false };
}

function similar(name: string, types: readonly TypePlace[]): string[] {
  const words = new Set(wordsOf(name));
  const close = types.filter((type) => wordsOf(type.name).some((word) => words.has(word)));
  return (close.length > 0 ? close : types).slice(0, 8).map((type) => type.name);
}
