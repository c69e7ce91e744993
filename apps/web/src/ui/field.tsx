"use client";

import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { cx } from "#lib/cx.ts";
import styles from "./field.module.css";
import { Icon } from "./icon.tsx";

interface FieldFrameProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  /** Replaces the help while it stands. */
  readonly error?: string | undefined;
  readonly optional?: boolean;
}

interface FieldIds {
  readonly control: string;
  readonly label: string;
  readonly note: string;
}

/** Label above, help below; one line below is reserved so that an error moves nothing. */
function FieldFrame({ ids, label, help, error, optional, children }: FieldFrameProps & { readonly ids: FieldIds; readonly children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label id={ids.label} htmlFor={ids.control} className={styles.label}>
        {label}
        {optional ? <span className={styles.optional}> (optional)</span> : null}
      </label>
      {children}
      <div id={ids.note} className={cx(styles.note, error !== undefined && styles.noteError)}>
        {error === undefined ? (
          help
        ) : (
          <>
            <Icon name="error" />
            <span>{error}</span>
          </>
        )}
      </div>
    </div>
  );
}

function useFieldIds(): FieldIds {
  const id = useId();
  return { control: `${id}c`, label: `${id}l`, note: `${id}n` };
}

export type TextFieldProps = FieldFrameProps & Omit<ComponentProps<"input">, "id" | "className"> & { readonly mono?: boolean };

export function TextField({ label, help, error, optional = false, mono = false, ...input }: TextFieldProps) {
  const ids = useFieldIds();
  return (
    <FieldFrame ids={ids} label={label} help={help} error={error} optional={optional}>
      <input {...input} id={ids.control} className={cx(styles.input, mono && styles.mono)} aria-invalid={error !== undefined} aria-describedby={ids.note} />
    </FieldFrame>
  );
}

export type PasswordFieldProps = FieldFrameProps & Omit<ComponentProps<"input">, "id" | "className" | "type">;

export function PasswordField({ label, help, error, optional = false, onKeyUp, ...input }: PasswordFieldProps) {
  const ids = useFieldIds();
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  return (
    <FieldFrame ids={ids} label={label} help={capsLock ? "Caps Lock is on" : help} error={error} optional={optional}>
      <div className={styles.withAction}>
        <input
          {...input}
          id={ids.control}
          type={shown ? "text" : "password"}
          className={styles.input}
          aria-invalid={error !== undefined}
          aria-describedby={ids.note}
          spellCheck={false}
          autoCapitalize="none"
          onKeyUp={(event) => {
            setCapsLock(event.getModifierState("CapsLock"));
            onKeyUp?.(event);
          }}
        />
        <button type="button" className={styles.action} aria-label={shown ? "Hide password" : "Show password"} aria-pressed={shown} onClick={() => setShown(!shown)}>
          <Icon name={shown ? "eye-closed" : "eye"} />
        </button>
      </div>
    </FieldFrame>
  );
}

export interface SelectFieldProps extends FieldFrameProps, Omit<ComponentProps<"select">, "id" | "className" | "children"> {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** The browser's own select: its list works by keyboard, touch and screen reader everywhere. */
export function SelectField({ label, help, error, optional = false, options, ...select }: SelectFieldProps) {
  const ids = useFieldIds();
  return (
    <FieldFrame ids={ids} label={label} help={help} error={error} optional={optional}>
      <Select {...select} id={ids.control} options={options} aria-invalid={error !== undefined} aria-describedby={ids.note} />
    </FieldFrame>
  );
}

export interface SelectProps extends Omit<ComponentProps<"select">, "className" | "children"> {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Select({ options, ...select }: SelectProps) {
  return (
    <div className={styles.selectFrame}>
      <select {...select} className={styles.select}>
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" className={styles.chevron} />
    </div>
  );
}

export interface CheckboxProps extends Omit<ComponentProps<"input">, "type" | "className" | "children"> {
  readonly label: ReactNode;
  readonly help?: ReactNode;
}

export function Checkbox({ label, help, id, ...input }: CheckboxProps) {
  const own = useId();
  const control = id ?? own;
  return (
    <div className={styles.checkboxRow}>
      <span className={styles.checkboxFrame}>
        <input {...input} id={control} type="checkbox" className={styles.checkbox} aria-describedby={help ? `${control}h` : undefined} />
        <Icon name="check" className={styles.tick} />
      </span>
      <label htmlFor={control}>
        {label}
        {help ? (
          <span id={`${control}h`} className={styles.checkboxHelp}>
            {help}
          </span>
        ) : null}
      </label>
    </div>
  );
}
