"use client";

import { MAX_SENTENCE, type SentenceReading } from "@coder/api/code-generation";
import type { FormEvent } from "react";
import type { Problem } from "#api/problem.ts";
import { Button } from "#ui/button.tsx";
import { InlineProblem } from "#ui/states.tsx";
import styles from "./generate.module.css";
import { spansOf } from "./form-state.ts";

interface SentenceFieldProps {
  readonly sentence: string;
  readonly onChange: (sentence: string) => void;
  readonly onRead: () => void;
  readonly reading: SentenceReading | null;
  /** The sentence that `reading` is of. */
  readonly read: string;
  readonly pending: boolean;
  readonly problem: Problem | null;
}

/** Says in words what the form says in fields, and shows which words filled which. */
export function SentenceField({ sentence, onChange, onRead, reading, read, pending, problem }: SentenceFieldProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sentence.trim() !== "") onRead();
  };
  return (
    <form className={styles.sentence} onSubmit={submit}>
      <label htmlFor="generate-sentence" className={styles.label}>
        What is to be generated
      </label>
      <div className={styles.sentenceRow}>
        <input id="generate-sentence" className={styles.input} value={sentence} maxLength={MAX_SENTENCE} placeholder="Add an endpoint that returns a user by id" autoComplete="off" spellCheck={false} aria-describedby="generate-understood" onChange={(event) => onChange(event.target.value)} />
        <Button type="submit" icon="arrow-down" pending={pending}>
          Fill in the form
        </Button>
      </div>
      <div id="generate-understood" role="status" className={styles.understood}>
        {problem ? <InlineProblem problem={problem} /> : reading ? <Understood reading={reading} sentence={read} /> : <p className={styles.help}>The form below is filled in from the sentence by rules, without a model. It can also be filled in by hand.</p>}
      </div>
    </form>
  );
}

const FIELD_NAMES: Readonly<Record<string, string>> = { method: "Method", path: "Path", action: "Action", entity: "About", format: "Format", locale: "Language", key: "Key", edgeCases: "Edge cases", generator: "Generator", fields: "Fields" };

export function fieldLabel(field: string): string {
  const [first = "", second] = field.split(".");
  if (first === "fields" && second !== undefined) return `Field ${second}`;
  if (first === "params") return "Parameter";
  if (first === "tables") return field.endsWith("rows") ? "Rows" : "Type";
  return FIELD_NAMES[first] ?? first;
}

function Understood({ reading, sentence }: { readonly reading: SentenceReading; readonly sentence: string }) {
  const { understood, assumed, missing } = reading;
  return (
    <>
      <p className={styles.spans}>
        {spansOf(sentence, understood).map(({ text, field }, index) =>
          field === null ? (
            // Parts of one sentence: their place is what tells them apart.
            <span key={`${index} ${text}`}>{text}</span>
          ) : (
            <mark key={`${index} ${text}`} className={styles.mark} title={fieldLabel(field)}>
              {text}
              <span className={styles.markField}>{fieldLabel(field)}</span>
            </mark>
          ),
        )}
      </p>
      {assumed.length > 0 ? (
        <ul className={styles.lines} aria-label="Assumed">
          {assumed.map(({ field, value, reason }) => (
            <li key={field}>
              <span className={styles.lineLabel}>{fieldLabel(field)}</span> <code>{value}</code> <span className={styles.quiet}>{reason}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {missing.length > 0 ? (
        <ul className={styles.lines} aria-label="Still to say">
          {missing.map(({ field, question }) => (
            <li key={`${field} ${question}`} className={styles.missing}>
              {question}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
