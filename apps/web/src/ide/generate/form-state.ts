import {
  type EndpointAction, EndpointInputSchema, type FieldType, type GenerationInput, type GeneratorName, type HttpMethod, type LOCALES, MAX_ROWS, type SentenceReading, TestDataInputSchema,
} from "@coder/api/code-generation";

/** A row of a list in the form; `key` stays the same while it is edited. */
export interface FieldRow {
  readonly key: number;
  readonly name: string;
  readonly type: FieldType;
  readonly list: boolean;
  readonly optional: boolean;
}

export interface TableRow {
  readonly key: number;
  readonly type: string;
  readonly path: string;
  readonly rows: string;
}

export interface EndpointForm {
  readonly method: HttpMethod;
  readonly path: string;
  readonly action: EndpointAction;
  readonly entity: string;
  readonly params: readonly { readonly name: string; readonly type: "string" | "integer" | "uuid" }[];
  readonly fields: readonly FieldRow[];
}

export interface DataForm {
  readonly tables: readonly TableRow[];
  readonly format: "json" | "csv" | "typescript";
  readonly key: string;
  readonly locale: (typeof LOCALES)[number];
  readonly edgeCases: boolean;
}

export interface GenerateForm {
  readonly generator: GeneratorName;
  readonly endpoint: EndpointForm;
  readonly data: DataForm;
}

export const BLANK: GenerateForm = {
  generator: "http-endpoint",
  endpoint: { method: "GET", path: "", action: "list", entity: "", params: [], fields: [] },
  data: { tables: [{ key: 0, type: "", path: "", rows: "" }], format: "json", key: "1", locale: "en", edgeCases: false },
};

/** What a sentence said, over what stands in the form where it said nothing. */
export function formOf(reading: SentenceReading, before: GenerateForm): GenerateForm {
  const { generator, endpoint, testData } = reading;
  if (generator === "http-endpoint" && endpoint) {
    return {
      ...before,
      generator,
      endpoint: {
        method: endpoint.method ?? BLANK.endpoint.method, path: endpoint.path ?? "", action: endpoint.action ?? BLANK.endpoint.action, entity: endpoint.entity ?? "", params: endpoint.params,
        fields: endpoint.fields.map((field, key) => ({ key, ...field })),
      },
    };
  }
  if (generator === "test-data" && testData) {
    const { tables, format, key, locale, edgeCases } = testData;
    return { ...before, generator, data: { format, key, locale, edgeCases, tables: tables.map((table, index) => ({ key: index, type: table.type ?? "", path: table.path ?? "", rows: table.rows === null ? "" : String(table.rows) })) } };
  }
  return before;
}

/** Where a field of the form stands, as the server names it: `endpoint` and `data` are left out. */
export type FormErrors = Readonly<Record<string, string>>;

export interface CheckedForm {
  readonly input: GenerationInput | null;
  readonly errors: FormErrors;
}

const WORDS: Readonly<Record<string, string>> = {
  path: "Enter a path such as /users/:id", entity: "Enter what it is about, such as User", type: "Choose a type", rows: `Enter a number from 1 to ${MAX_ROWS}`, name: "Enter a name of letters, digits and underscores",
};

/** The whole form, as the server takes it, or what is wrong field by field. */
export function checkForm({ generator, endpoint, data }: GenerateForm): CheckedForm {
  const candidate = generator === "http-endpoint"
    ? { ...endpoint, fields: endpoint.fields.map(({ key: _key, ...field }) => field), params: endpoint.params.filter(({ name }) => paramsOf(endpoint.path).includes(name)) }
    : { ...data, tables: data.tables.map(({ type, path, rows }) => ({ type, rows: /^\d+$/.test(rows) ? Number(rows) : rows, ...(path === "" ? {} : { path }) })) };
  const result = generator === "http-endpoint" ? EndpointInputSchema.safeParse(candidate) : TestDataInputSchema.safeParse(candidate);
  if (result.success) return { input: result.data, errors: {} };
  const errors: Record<string, string> = {};
  for (const { path, message } of result.error.issues) errors[path.join(".")] ??= WORDS[String(path.at(-1) ?? "")] ?? message;
  return { input: null, errors };
}

/** `/users/:id` → id. */
export function paramsOf(path: string): string[] {
  return path.split("/").flatMap((segment) => (/^:\w+$/.test(segment) ? [segment.slice(1)] : []));
}

export interface SentenceSpan {
  readonly text: string;
  /** What it fills in; null for words that say nothing. */
  readonly field: string | null;
}

/** A sentence cut where what was understood begins and ends. */
export function spansOf(sentence: string, understood: SentenceReading["understood"]): SentenceSpan[] {
  const spans: SentenceSpan[] = [];
  let at = 0;
  for (const { start, end, field } of understood) {
    if (start > at) spans.push({ text: sentence.slice(at, start), field: null });
    spans.push({ text: sentence.slice(start, end), field });
    at = end;
  }
  if (at < sentence.length) spans.push({ text: sentence.slice(at), field: null });
  return spans;
}
