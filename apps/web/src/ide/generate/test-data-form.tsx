"use client";

import { DATA_FORMATS, LOCALES, type TypePlace } from "@coder/api/code-generation";
import { Button, IconButton } from "#ui/button.tsx";
import { Checkbox, SelectField, TextField } from "#ui/field.tsx";
import { type DataForm, type FormErrors, type TableRow } from "./form-state.ts";
import styles from "./generate.module.css";

const FORMATS = { json: "JSON", csv: "CSV", typescript: "TypeScript" } as const;
const LANGUAGES = { en: "English", de: "German", fr: "French", es: "Spanish" } as const;
const FORMAT_OPTIONS = DATA_FORMATS.map((value) => ({ value, label: FORMATS[value] }));
const LANGUAGE_OPTIONS = LOCALES.map((value) => ({ value, label: LANGUAGES[value] }));

interface TestDataFormProps {
  readonly form: DataForm;
  readonly types: readonly TypePlace[];
  readonly errors: FormErrors;
  readonly onChange: (form: DataForm) => void;
  readonly onLeave: (field: string) => void;
}

/** A type of the project names itself and its file: there may be several of one name. */
function valueOf({ type, path }: Pick<TableRow, "type" | "path">, types: readonly TypePlace[]): string {
  const found = types.find(({ name, path: at }) => name === type && (path === "" || at === path));
  return found ? `${found.path}#${found.name}` : "";
}

export function TestDataFields({ form, types, errors, onChange, onLeave }: TestDataFormProps) {
  const { tables, format, key, locale, edgeCases } = form;
  const options = [{ value: "", label: types.length === 0 ? "No type or schema was found" : "Choose a type" }, ...types.map(({ name, path }) => ({ value: `${path}#${name}`, label: `${name} – ${path}` }))];
  const set = (table: TableRow, change: Partial<TableRow>) => onChange({ ...form, tables: tables.map((one) => (one.key === table.key ? { ...one, ...change } : one)) });
  const choose = (table: TableRow, value: string) => {
    const at = value.lastIndexOf("#");
    set(table, { type: value.slice(at + 1), path: at < 0 ? "" : value.slice(0, at) });
  };
  return (
    <>
      {tables.map((table, index) => (
        <div key={table.key} className={styles.table}>
          <SelectField label={tables.length === 1 ? "Type" : `Type ${index + 1}`} options={options} value={valueOf(table, types)} error={errors[`tables.${index}.type`] ?? errors[`tables.${index}.path`]} onChange={(event) => choose(table, event.target.value)} />
          <TextField label={tables.length === 1 ? "Rows" : `Rows ${index + 1}`} inputMode="numeric" value={table.rows} error={errors[`tables.${index}.rows`]} onChange={(event) => set(table, { rows: event.target.value.trim() })} onBlur={() => onLeave(`tables.${index}.rows`)} />
          {tables.length > 1 ? <IconButton icon="trash" label={`Remove ${table.type === "" ? `type ${index + 1}` : table.type}`} className={styles.remove} onClick={() => onChange({ ...form, tables: tables.filter((one) => one.key !== table.key) })} /> : null}
        </div>
      ))}
      <div>
        <Button variant="quiet" icon="add" onClick={() => onChange({ ...form, tables: [...tables, { key: Math.max(...tables.map((table) => table.key)) + 1, type: "", path: "", rows: "" }] })}>
          Add a type
        </Button>
      </div>
      <div className={styles.pair}>
        <SelectField label="Format" options={FORMAT_OPTIONS} value={format} onChange={(event) => onChange({ ...form, format: DATA_FORMATS.find((one) => one === event.target.value) ?? format })} />
        <SelectField label="Language" options={LANGUAGE_OPTIONS} value={locale} onChange={(event) => onChange({ ...form, locale: LOCALES.find((one) => one === event.target.value) ?? locale })} />
      </div>
      <TextField label="Key" help="The same key makes the same rows" value={key} maxLength={200} error={errors["key"]} onChange={(event) => onChange({ ...form, key: event.target.value })} />
      <Checkbox label="Edge cases" help="Prefer what lies at the border of what is allowed: shortest, longest, largest, unusual characters" checked={edgeCases} onChange={(event) => onChange({ ...form, edgeCases: event.target.checked })} />
    </>
  );
}
