"use client";

import { type ReactNode, useEffect, useMemo } from "react";
import { useCommand, useRegistry } from "#commands/registry.tsx";
import { useStore } from "#lib/store.ts";
import { CountBadge } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import { Checkbox } from "#ui/field.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { EmptyState, InlineProblem } from "#ui/states.tsx";
import { fileIcon } from "../explorer/file-icon.ts";
import { readablePath } from "../files/file-address.ts";
import { useIdeSession } from "../ide-context.ts";
import { TreeList } from "../lists/tree-list.tsx";
import { countMatches, partsOf, type ResultRow, resultRows, type SearchResults } from "./search-results.ts";
import { openMatch } from "./search-commands.tsx";
import { requestOf, type SearchForm, useSearchForm } from "./search-form.ts";
import styles from "./search.module.css";

/** While somebody types. Enter does not wait. */
const TYPING_PAUSE_MS = 250;

/** Finds text in all files of the project. */
export function SearchView() {
  const ide = useIdeSession();
  const { form, change } = useSearchForm();
  const run = useTextSearch(form);
  const { search } = ide;
  const results = useStore(search);
  const closed = useStore(search.closed);
  const rows = useMemo(() => resultRows(results.files, closed), [results.files, closed]);
  const open = (row: ResultRow, keepFocus: boolean) => {
    if (row.kind !== "match") return;
    search.at.set(row.key);
    openMatch(ide, row, keepFocus);
  };
  const found = results.files.length > 0;

  return (
    <div className={styles.view}>
      <form
        className={styles.form}
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <div className={styles.field}>
          <input
            className={styles.input}
            data-first-focus=""
            aria-label="Search"
            placeholder="Search"
            value={form.query}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={results.problem?.code === "search_invalid"}
            onChange={(event) => change({ query: event.target.value })}
            onKeyDown={(event) => event.key === "Escape" && results.phase === "running" && search.stop()}
          />
          <Toggle command="search.caseSensitive" icon="case-sensitive" on={form.caseSensitive} />
          <Toggle command="search.wholeWord" icon="whole-word" on={form.wholeWord} />
          <Toggle command="search.regex" icon="regex" on={form.regex} />
        </div>
        <button type="button" className={styles.more} aria-expanded={form.details} onClick={() => change({ details: !form.details })}>
          <Icon name={form.details ? "chevron-down" : "chevron-right"} />
          Which files
        </button>
        {form.details ? (
          <div className={styles.details}>
            <GlobField label="Only in" placeholder="src/**, *.ts" value={form.include} onChange={(include) => change({ include })} />
            <GlobField label="Not in" placeholder="*.test.ts, docs/**" value={form.exclude} onChange={(exclude) => change({ exclude })} />
            <Checkbox label="Leave out what .gitignore hides" checked={form.useIgnoreFiles} onChange={(event) => change({ useIgnoreFiles: event.target.checked })} />
          </div>
        ) : null}
      </form>
      <Outcome results={results} query={form.query} onRetry={run} />
      {found ? (
        <TreeList label="Search results" rows={rows} current={search.at} onOpen={open} onToggle={({ path }) => search.toggle(path)}>
          {(row) => (row.kind === "file" ? <FileRow row={row} /> : <MatchRow row={row} />)}
        </TreeList>
      ) : null}
    </div>
  );
}

/** A search that follows what is typed, after a pause. Returns how to search without one. */
function useTextSearch(form: SearchForm): () => void {
  const { search } = useIdeSession();
  const request = useMemo(() => requestOf(form), [form]);
  useEffect(() => {
    // Enter may have come first, and what was found before the view was left is still there.
    const timer = setTimeout(() => search.answers(request) || search.startOrClear(request), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [request, search]);
  return () => search.startOrClear(request);
}

function Toggle({ command: id, icon, on }: { readonly command: string; readonly icon: IconName; readonly on: boolean }) {
  const registry = useRegistry();
  const command = useCommand(id);
  return command ? <IconButton icon={icon} label={command.title} keys={command.keys} className={styles.toggle} aria-pressed={on} onClick={() => registry.run(id)} /> : null;
}

function GlobField({ label, placeholder, value, onChange }: { readonly label: string; readonly placeholder: string; readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <label className={styles.glob}>
      <span className={styles.globLabel}>{label}</span>
      <input className={styles.input} value={value} placeholder={placeholder} spellCheck={false} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

/** How it stands, in one line; or what to do where there is nothing to show. */
function Outcome({ results, query, onRetry }: { readonly results: SearchResults; readonly query: string; readonly onRetry: () => void }): ReactNode {
  const { phase, files, summary, problem } = results;
  // What is being typed is not finished yet: a line beside it says so, and no alarm.
  if (problem?.code === "search_invalid") return <p className={styles.invalid} role="alert">{reasonOf(problem.message)}</p>;
  if (problem) return <div className={styles.problem}><InlineProblem problem={problem} onRetry={onRetry} /></div>;
  if (phase === "idle") {
    return query === "" ? (
      <EmptyState icon="search" title="Search in all files">
        <p>Results appear while you type, as ripgrep finds them.</p>
      </EmptyState>
    ) : null;
  }
  const matches = summary?.matches ?? countMatches(files);
  const inFiles = summary?.files ?? files.length;
  const counts = `${matches === 1 ? "1 result" : `${matches.toLocaleString("en")} results`} in ${inFiles === 1 ? "1 file" : `${inFiles.toLocaleString("en")} files`}`;
  return (
    <p className={styles.outcome} role="status">
      {phase === "running" ? <Icon name="loading" /> : null}
      <span>
        {phase === "running" ? (matches === 0 ? "Searching" : `${counts} so far`) : matches === 0 ? "No results. Check the spelling and which files are searched." : counts}
        {summary?.limited ? ". There are more: search for something narrower" : ""}
      </span>
    </p>
  );
}

/** `regex parse error: (?:foo() ^ error: unclosed group` → `unclosed group`. */
function reasonOf(message: string): string {
  const reason = /error: (?!.*error: )(.*)$/s.exec(message)?.[1]?.trim() ?? message;
  return `Not a valid search: ${reason}`;
}

function FileRow({ row }: { readonly row: Extract<ResultRow, { readonly kind: "file" }> }) {
  return (
    <>
      <Icon name={fileIcon(row.path)} className={styles.fileIcon} />
      <span className={styles.name}>{readablePath(row.name)}</span>
      <span className={styles.folder}>{readablePath(row.folder)}</span>
      <CountBadge>{row.count}</CountBadge>
    </>
  );
}

function MatchRow({ row }: { readonly row: Extract<ResultRow, { readonly kind: "match" }> }) {
  return (
    <>
      <span className={styles.line}>{row.match.line}</span>
      <span className={styles.text}>
        {partsOf(row.match).map((part, index) => (part.hit ? <mark key={index} className={styles.hit}>{part.text}</mark> : <span key={index}>{part.text}</span>))}
      </span>
    </>
  );
}
