import type { TestDataInput } from "@coder/api/code-generation";
import { exportsOf } from "../engine/bindings.ts";
import type { Made, MadeTable } from "../engine/made.ts";
import { entityNames, named } from "../engine/names.ts";
import type { MadeFile, Snapshot } from "../engine/snapshot.ts";
import { Sources } from "../engine/Sources.ts";
import { analyse, type TargetModel } from "../target/analyse.ts";
import { typesOf } from "../target/types.ts";
import { Maker, type Row } from "./Maker.ts";
import { referencesOf } from "./references.ts";
import { rowTypeOf, WHOLE } from "./row-types.ts";
import type { RowType } from "./shape.ts";
import { asCsv, asJson, asModule, asTable, type FixtureType } from "./write-rows.ts";

const SHOWN_ROWS = 20;

/** Files of rows, one per table. The same key makes the same bytes. */
export function generateData(snapshot: Snapshot, input: TestDataInput): Made {
  const sources = new Sources(snapshot);
  const model = analyse(sources);
  const places = typesOf(sources);
  const types = input.tables.map((table, index) => rowTypeOf(sources, places, table, index));
  const references = referencesOf(types);
  const maker = new Maker(input, types, references);
  const folder = input.folder ?? fixtureFolder(sources, model);
  const files: MadeFile[] = [];
  const tables: MadeTable[] = [];
  const notes = new Set<string>();
  types.forEach((type, index) => {
    const rows = maker.rows(index).map(whole);
    const names = entityNames(type.name.replace(/(?:Schema|Type|Model|Dto|DTO)$/, "") || type.name);
    const extension = input.format === "typescript" ? model.style.extension : input.format;
    const path = freePath(`${folder}/${named(names.manyWords, model.naming === "pascal" ? "camel" : model.naming)}`, extension, (one) => sources.has(one) || files.some((file) => file.path === one));
    const joined = [...new Set((references[index] ?? []).map(({ field, table }) => `${field.replace(/\.\d+\./g, "[].")} → ${types[table]?.name ?? ""}`))];
    files.push({ path, kind: "create", original: null, content: contentOf(sources, model, input, type, path, names.many, rows), reason: `${rows.length} rows of ${type.name} (${type.path}, line ${type.line}), made with the key "${input.key}"${joined.length > 0 ? `; ${joined.join(", ")}` : ""}`, hunkReasons: [] });
    const table = asTable(rows.slice(0, SHOWN_ROWS));
    tables.push({ type: type.name, columns: table.columns, rows: table.cells, total: rows.length });
    for (const note of type.notes) notes.add(note);
  });
  const title = input.tables.map(({ type, rows }) => `${rows} × ${type}`).join(", ");
  return { title, reason: `Test data that keeps to its types, made with the key "${input.key}": the same key makes the same rows`, files, notes: [...notes].slice(0, 50), facts: model.facts, formatting: model.formatting, tables };
}

function whole(row: Row): Row {
  const value = row[WHOLE];
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date) ? { ...(value as Row) } : row;
}

function contentOf(sources: Sources, model: TargetModel, { format }: TestDataInput, type: RowType, path: string, name: string, rows: readonly Row[]): string {
  if (format === "csv") return asCsv(rows, model.style.newline);
  if (format === "json") return asJson(rows, model.style.indent).replaceAll("\n", model.style.newline);
  const out = type.source === "json-schema" || type.path.endsWith(".json") ? undefined : exportsOf(sources.tree(type.path)).find(({ local, name: exported }) => local === type.name && exported !== "default" && exported !== "=");
  const fixture: FixtureType | null = out ? { name: out.name, file: type.path, inferred: type.source === "zod" } : null;
  return asModule(path, name, rows, fixture, model.style);
}

/** Where the project keeps such files, else beside its tests. */
function fixtureFolder(sources: Sources, { package: { folder }, tests }: TargetModel): string {
  const known = /^(?:.*\/)?(?:__fixtures__|fixtures|seeds|mocks|testdata|test-data)(?=\/)/;
  const at = folder === "" ? "" : `${folder}/`;
  const found = sources.snapshot.paths.flatMap((path) => (path.startsWith(at) ? [known.exec(path)?.[0]] : [])).find((one) => one !== undefined);
  if (found !== undefined) return found;
  return tests.place === "folder" ? `${tests.folder}/fixtures` : `${at}fixtures`;
}

function freePath(stem: string, extension: string, has: (path: string) => boolean): string {
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? "" : `-${number}`}.${extension}`;
    if (!has(path)) return path;
  }
}
