import { fromFile, type Import, ModuleText } from "../code/ModuleText.ts";
import { propertyName } from "../code/styled.ts";
import type { Style } from "../code/style.ts";
import type { EnumPlace } from "./shape.ts";
import { EnumMember, type Row, SetOfValues, type Value } from "./Maker.ts";

/** As JSON: what it cannot hold becomes text. */
export function asJson(rows: readonly Row[], indent: string): string {
  return `${JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value), indent)}\n`;
}

/** Columns in the order in which they are first met; objects in a row have a column per field. */
export function asTable(rows: readonly Row[]): { readonly columns: string[]; readonly cells: string[][] } {
  const flat = rows.map((row) => new Map(flatten(row, "")));
  const columns = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  return { columns, cells: flat.map((row) => columns.map((column) => row.get(column) ?? "")) };
}

function flatten(row: Row, at: string): [string, string][] {
  return Object.entries(row).flatMap(([name, value]): [string, string][] => {
    const path = at === "" ? name : `${at}.${name}`;
    if (isRow(value) && Object.keys(value).length > 0) return flatten(value, path);
    return value === undefined ? [] : [[path, cellOf(value)]];
  });
}

function isRow(value: Value): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof EnumMember) && !(value instanceof SetOfValues);
}

function cellOf(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (value instanceof EnumMember) return String(value.value);
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) : String(value);
}

/** RFC 4180, with the line ends of the project. */
export function asCsv(rows: readonly Row[], newline: string): string {
  const { columns, cells } = asTable(rows);
  const quote = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns, ...cells].map((line) => `${line.map(quote).join(",")}${newline}`).join("");
}

export interface FixtureType {
  readonly name: string;
  readonly file: string;
  /** Of a zod schema: its type has to be inferred. */
  readonly inferred: boolean;
}

/** A module that exports the rows, typed where the project has the type. */
export function asModule(path: string, name: string, rows: readonly Row[], type: FixtureType | null, style: Style): string {
  const module = new ModuleText(path);
  const typed = style.typescript ? type : null;
  if (typed) {
    const own: Import = typed.inferred ? fromFile(typed.file, typed.name) : { ...fromFile(typed.file, typed.name), type: true };
    module.imports.push(typed.inferred ? { ...own, type: true } : own);
    if (typed.inferred) module.imports.push({ from: "zod", file: false, name: "z", as: "z", type: true });
  }
  // Rows without a type take the plain values.
  const enums: EnumPlace[] | null = typed ? [] : null;
  const annotation = typed ? `: ${typed.inferred ? `z.infer<typeof ${typed.name}>` : typed.name}[]` : "";
  module.blocks.push(`const ${name}${annotation} = ${literal(rows, 0, enums)};`);
  for (const { file, enum: name } of enums ?? []) module.imports.push(fromFile(file, name));
  module.exported.push({ name, isDefault: false });
  return module.render(style);
}

const WIDTH = 100;

/** @param enums takes what has to be imported; null: enums are written as their values */
function literal(value: Value, depth: number, enums: EnumPlace[] | null): string {
  if (value instanceof EnumMember) {
    enums?.push(value.place);
    return enums ? `${value.place.enum}.${value.place.member}` : JSON.stringify(value.value);
  }
  if (value === undefined) return "undefined";
  if (value instanceof Date) return `new Date(${JSON.stringify(value.toISOString())})`;
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof SetOfValues) return `new Set(${literal([...value.items], depth, enums)})`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const list: readonly Value[] | null = Array.isArray(value) ? value : null;
  const parts = list ? list.map((item) => literal(item, depth + 1, enums)) : Object.entries(value).map(([name, inner]) => `${propertyName(name)}: ${literal(inner as Value, depth + 1, enums)}`);
  const [open, close] = list ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${open}${close}`;
  const line = list ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (depth > 0 && line.length + depth * 2 <= WIDTH && !line.includes("\n")) return line;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},`).join("\n")}\n${"  ".repeat(depth)}${close}`;
}
