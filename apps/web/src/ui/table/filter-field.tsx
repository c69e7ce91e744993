"use client";

import { type ChangeEvent, type KeyboardEvent, type Ref, useId, useImperativeHandle, useRef, useState } from "react";
import { cx } from "#lib/cx.ts";
import { Icon } from "../icon.tsx";
import { type Filter, type FilterKey, type FilterTerm, formatTerm, isKnownValue, NO_FILTER, parseFilter, suggest, type Suggestion, withoutOpenTerm } from "./filter.ts";
import styles from "./filter-field.module.css";

export interface FilterFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly keys: readonly FilterKey[];
  readonly value: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly ref?: Ref<{ focus(): void }>;
}

/**
 * One text field for the whole filter. A term that is complete becomes a chip; Backspace at the start takes the last chip
 * back into the text. Suggestions follow what is typed; arrows choose, Enter or Tab takes, Escape puts them away.
 */
export function FilterField({ label, placeholder, keys, value, onChange, ref }: FilterFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  // The text as it is typed, with its spaces and its unfinished term; the filter outside knows neither.
  const [typed, setTyped] = useState(value.text);
  const text = withoutOpenTerm(typed, keys) === value.text ? typed : value.text;
  const suggestions = open ? suggest(text, keys) : [];
  const shown = open && suggestions.length > 0;
  useImperativeHandle(ref, () => ({ focus: () => input.current?.focus() }), []);

  const commit = (terms: readonly FilterTerm[], next: string) => {
    setTyped(next);
    onChange({ terms, text: withoutOpenTerm(next, keys) });
    setAt(-1);
  };
  const withText = (next: string) => {
    // A space after a known term, or a pasted filter, turns terms into chips; the word still being typed stays text.
    const closed = /^(.*\s)(\S*)$/u.exec(next);
    if (!closed) return commit(value.terms, next);
    const parsed = parseFilter(closed[1] ?? "", keys);
    if (parsed.terms.length === 0) return commit(value.terms, next);
    commit(unique([...value.terms, ...parsed.terms]), [parsed.text, closed[2]].filter(Boolean).join(" "));
  };
  const take = (suggestion: Suggestion) => {
    const before = text.replace(/\S*$/u, "");
    if (!suggestion.complete) return commit(value.terms, before + suggestion.insert);
    commit(unique([...value.terms, ...parseFilter(suggestion.insert, keys).terms]), before.trimEnd());
  };
  const close = () => {
    setOpen(false);
    setAt(-1);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const choice = suggestions[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (!shown) return setOpen(true);
      // From -1 (nothing chosen) around the list and back to it.
      setAt(((at + 1 + step + suggestions.length + 1) % (suggestions.length + 1)) - 1);
    } else if (event.key === "Enter" || (event.key === "Tab" && choice && !event.shiftKey)) {
      if (choice) {
        event.preventDefault();
        take(choice);
      } else {
        const parsed = parseFilter(text, keys);
        commit(unique([...value.terms, ...parsed.terms]), parsed.text);
        close();
      }
    } else if (event.key === "Escape") {
      if (!shown && text === "" && value.terms.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      if (shown) close();
      else commit([], "");
    } else if (event.key === "Backspace" && input.current?.selectionStart === 0 && input.current.selectionEnd === 0) {
      const last = value.terms.at(-1);
      if (!last) return;
      event.preventDefault();
      commit(value.terms.slice(0, -1), `${formatTerm(last)}${text ? ` ${text}` : ""}`);
    }
  };

  return (
    <div className={styles.field} onClick={() => input.current?.focus()}>
      <Icon name="filter" className={styles.icon} />
      <div className={styles.content}>
        {value.terms.map((term) => (
          <Chip key={formatTerm(term)} term={term} known={isKnownValue(term, keys)} onRemove={() => commit(value.terms.filter((other) => other !== term), text)} />
        ))}
        <input
          ref={input}
          className={styles.input}
          role="combobox"
          aria-label={label}
          aria-expanded={shown}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={shown && at >= 0 ? `${list}-${at}` : undefined}
          placeholder={value.terms.length === 0 ? placeholder : ""}
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={(event: ChangeEvent<HTMLInputElement>) => {
            setOpen(true);
            withText(event.target.value);
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
          onPointerDown={() => setOpen(true)}
        />
      </div>
      {value.terms.length > 0 || text !== "" ? (
        <button
          type="button"
          className={styles.clear}
          aria-label="Clear the filter"
          onClick={() => {
            commit(NO_FILTER.terms, NO_FILTER.text);
            input.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      ) : null}
      <ul id={list} role="listbox" aria-label={`${label}: suggestions`} className={styles.list} hidden={!shown}>
        {suggestions.map((suggestion, index) => (
          <li
            key={suggestion.insert}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            className={cx(styles.option, index === at && styles.optionActive)}
            onPointerDown={(event) => {
              event.preventDefault();
              take(suggestion);
            }}
          >
            <code>{suggestion.insert}</code>
            <span className={styles.description}>{suggestion.description}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function unique(terms: readonly FilterTerm[]): FilterTerm[] {
  return terms.filter((term, index) => terms.findIndex((other) => other.key === term.key && other.value === term.value) === index);
}

function Chip({ term, known, onRemove }: { readonly term: FilterTerm; readonly known: boolean; readonly onRemove: () => void }) {
  return (
    <span className={cx(styles.chip, !known && styles.unknown)} title={known ? undefined : `Nothing is called ${formatTerm(term)}`}>
      {known ? null : <Icon name="warning" />}
      <span className={styles.chipText}>
        {term.key}:<b>{term.value}</b>
      </span>
      <button
        type="button"
        className={styles.remove}
        aria-label={`Remove ${formatTerm(term)}`}
        onClick={(event) => {
          event.stopPropagation();
          onRemove();
        }}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}
