"use client";

import type { Setting } from "./types.ts";
import { type KeyboardEvent, useId, useState } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { Button } from "#ui/button.tsx";
import { Checkbox, Select } from "#ui/field.tsx";
import { Icon } from "#ui/icon.tsx";
import { InlineProblem } from "#ui/states.tsx";
import styles from "./settings.module.css";
import { useSettingActions } from "./use-settings.ts";
import { editText, readText, valueKind } from "./value-schema.ts";

/**
 * Changes one setting. What is chosen takes effect at once and can be undone; what is typed is saved with Enter or the
 * button that appears, and taken back with Escape.
 */
export function SettingEditor({ setting }: { readonly setting: Setting }) {
  const kind = valueKind(setting.schema);
  const before = editText(kind, setting.value);
  const note = useId();
  const [text, setText] = useState(before);
  const [error, setError] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const actions = useSettingActions();
  const changed = text !== before;

  const save = async (next: string) => {
    const read = readText(kind, next);
    if (!read.ok) return setError(read.message);
    setError(null);
    setProblem(null);
    setPending(true);
    try {
      await actions.set(setting, read.value);
    } catch (caught) {
      const found = toProblem(caught);
      setProblem(found);
      // What was chosen did not happen; what was typed stays to be put right.
      if (kind.kind === "boolean" || kind.kind === "choice") setText(before);
    } finally {
      setPending(false);
    }
  };
  const choose = (next: string) => {
    setText(next);
    void save(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const submits = event.key === "Enter" && (kind.kind !== "json" || event.ctrlKey || event.metaKey);
    if (submits && changed) {
      event.preventDefault();
      void save(text);
    } else if (event.key === "Escape" && changed) {
      event.preventDefault();
      event.stopPropagation();
      setText(before);
      setError(null);
    }
  };
  const shared = {
    "aria-label": setting.key,
    "aria-invalid": error !== null,
    "aria-describedby": note,
    value: text,
    onKeyDown,
    onBlur: () => {
      const read = readText(kind, text);
      setError(changed && !read.ok ? read.message : null);
    },
  };

  return (
    <div className={styles.editor}>
      {kind.kind === "boolean" ? (
        <Checkbox label={text === "true" ? "On" : "Off"} aria-label={setting.key} checked={text === "true"} disabled={pending} onChange={(event) => choose(String(event.target.checked))} />
      ) : kind.kind === "choice" ? (
        <div className={styles.choice}>
          <Select
            aria-label={setting.key}
            value={text}
            disabled={pending}
            options={[...(kind.nullable ? [{ value: "", label: "none" }] : []), ...kind.options.map((value) => ({ value, label: value }))]}
            onChange={(event) => choose(event.target.value)}
          />
        </div>
      ) : (
        <div className={styles.typed}>
          {kind.kind === "json" ? (
            <textarea {...shared} className={styles.textarea} rows={Math.min(8, Math.max(2, text.split("\n").length))} spellCheck={false} onChange={(event) => setText(event.target.value)} />
          ) : (
            <input
              {...shared}
              className={kind.kind === "number" ? styles.numberInput : styles.textInput}
              inputMode={kind.kind === "number" ? "decimal" : "text"}
              spellCheck={false}
              autoComplete="off"
              placeholder={kind.nullable ? "none" : undefined}
              onChange={(event) => {
                setText(event.target.value);
                if (error !== null && readText(kind, event.target.value).ok) setError(null);
              }}
            />
          )}
          {changed ? (
            <>
              <Button variant="primary" pending={pending} onClick={() => void save(text)}>
                Save
              </Button>
              <Button
                variant="quiet"
                onClick={() => {
                  setText(before);
                  setError(null);
                }}
              >
                Discard
              </Button>
            </>
          ) : null}
        </div>
      )}
      <div id={note} className={styles.editorNote} role={error === null ? undefined : "alert"}>
        {error === null ? null : (
          <>
            <Icon name="error" />
            {error}
          </>
        )}
      </div>
      {problem ? <InlineProblem problem={problem} /> : null}
    </div>
  );
}
