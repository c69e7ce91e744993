"use client";

import { ENDPOINT_ACTIONS, FIELD_TYPES, HTTP_METHODS, PARAM_TYPES } from "@coder/api/code-generation";
import { Button, IconButton } from "#ui/button.tsx";
import { Checkbox, Select, SelectField, TextField } from "#ui/field.tsx";
import { type EndpointForm, type FieldRow, type FormErrors, paramsOf } from "./form-state.ts";
import styles from "./generate.module.css";

const ACTIONS = { list: "List all", get: "Return one", create: "Create one", update: "Change one", delete: "Remove one" } as const;
const PARAMS = { string: "Text", integer: "Integer", uuid: "UUID" } as const;
const TYPES = { string: "Text", number: "Number", integer: "Integer", boolean: "Yes or no", date: "Date and time", email: "E-mail address", uuid: "UUID", url: "URL" } as const;
const METHOD_OPTIONS = HTTP_METHODS.map((value) => ({ value, label: value }));
const ACTION_OPTIONS = ENDPOINT_ACTIONS.map((value) => ({ value, label: ACTIONS[value] }));
const PARAM_OPTIONS = PARAM_TYPES.map((value) => ({ value, label: PARAMS[value] }));
const TYPE_OPTIONS = FIELD_TYPES.map((value) => ({ value, label: TYPES[value] }));

interface EndpointFormProps {
  readonly form: EndpointForm;
  readonly errors: FormErrors;
  readonly onChange: (form: EndpointForm) => void;
  readonly onLeave: (field: string) => void;
}

export function EndpointFields({ form, errors, onChange, onLeave }: EndpointFormProps) {
  const { method, path, action, entity, params, fields } = form;
  const setField = (key: number, change: Partial<FieldRow>) => onChange({ ...form, fields: fields.map((field) => (field.key === key ? { ...field, ...change } : field)) });
  const add = () => onChange({ ...form, fields: [...fields, { key: Math.max(-1, ...fields.map(({ key }) => key)) + 1, name: "", type: "string", list: false, optional: false }] });
  const setParam = (name: string, type: string) => onChange({ ...form, params: [...params.filter((param) => param.name !== name), ...PARAM_TYPES.filter((one) => one === type).map((one) => ({ name, type: one }))] });
  return (
    <>
      <div className={styles.pair}>
        <SelectField label="Method" options={METHOD_OPTIONS} value={method} error={errors["method"]} onChange={(event) => onChange({ ...form, method: HTTP_METHODS.find((one) => one === event.target.value) ?? method })} />
        <TextField label="Path" mono value={path} error={errors["path"]} spellCheck={false} autoComplete="off" placeholder="/users/:id" onChange={(event) => onChange({ ...form, path: event.target.value })} onBlur={() => onLeave("path")} />
      </div>
      <div className={styles.pair}>
        <SelectField label="Action" options={ACTION_OPTIONS} value={action} error={errors["action"]} onChange={(event) => onChange({ ...form, action: ENDPOINT_ACTIONS.find((one) => one === event.target.value) ?? action })} />
        <TextField label="About" value={entity} error={errors["entity"]} autoComplete="off" placeholder="User" onChange={(event) => onChange({ ...form, entity: event.target.value })} onBlur={() => onLeave("entity")} />
      </div>
      {paramsOf(path).map((name) => (
        <SelectField key={name} label={`Type of :${name}`} help={params.some((param) => param.name === name) ? undefined : "Taken from the project's data where it is known there"} options={[{ value: "", label: "As the project has it" }, ...PARAM_OPTIONS]} value={params.find((param) => param.name === name)?.type ?? ""} error={errors[`params.${params.findIndex((param) => param.name === name)}.type`]} onChange={(event) => setParam(name, event.target.value)} />
      ))}
      <fieldset className={styles.list}>
        <legend className={styles.label}>Fields</legend>
        {errors["fields"] ? <p className={styles.error}>{errors["fields"]}</p> : null}
        {fields.map(({ key, name, type, list, optional }, index) => (
          <div key={key} className={styles.row}>
            <input className={styles.input} aria-label={`Name of field ${index + 1}`} aria-invalid={errors[`fields.${index}.name`] !== undefined} title={errors[`fields.${index}.name`]} value={name} spellCheck={false} autoComplete="off" onChange={(event) => setField(key, { name: event.target.value })} onBlur={() => onLeave(`fields.${index}.name`)} />
            <Select aria-label={`Type of field ${index + 1}`} options={TYPE_OPTIONS} value={type} onChange={(event) => setField(key, { type: FIELD_TYPES.find((one) => one === event.target.value) ?? type })} />
            <Checkbox label="List" checked={list} onChange={(event) => setField(key, { list: event.target.checked })} />
            <Checkbox label="Optional" checked={optional} onChange={(event) => setField(key, { optional: event.target.checked })} />
            <IconButton icon="trash" label={`Remove field ${name === "" ? index + 1 : name}`} onClick={() => onChange({ ...form, fields: fields.filter((field) => field.key !== key) })} />
            {errors[`fields.${index}.name`] ? <p className={styles.rowError}>{errors[`fields.${index}.name`]}</p> : null}
          </div>
        ))}
        <div>
          <Button variant="quiet" icon="add" onClick={add}>
            Add a field
          </Button>
        </div>
      </fieldset>
    </>
  );
}
