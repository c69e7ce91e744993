"use client";

import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { z } from "zod";
import { useTRPCClient } from "#api/trpc.tsx";
import { useCommand, useCommands, useRegistry } from "#commands/registry.tsx";
import { useStore } from "#lib/store.ts";
import { CountBadge } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import { Checkbox } from "#ui/field.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { EmptyState, InlineProblem } from "#ui/states.tsx";
import { fileIcon } from "../explorer/file-icon.ts";
import { useIde } from "../ide-context.ts";
import { TreeList } from "../lists/tree-list.tsx";
import { useKept } from "../use-kept.ts";
import { countMatches, partsOf, type ResultRow, resultRows, type SearchResults } from "./search-results.ts";
import styles from "./search.module.css";
import { TextSearch } from "./TextSearch.ts";

const FormSchema = z.object({
  query: z.string().max(4_096),
  regex: z.boolean(),
  caseSensitive: z.boolean(),
  wholeWord: z.boolean(),
  include: z.string().max(2_000),
  exclude: z.string().max(2_000),
  useIgnoreFiles: z.boolean(),
  details: z.boolean(),
});
type Form = z.output<typeof FormSchema>;
const EMPTY: Form = { query: "", regex: false, caseSensitive: false, wholeWord: false, include: "", exclude: "", useIgnoreFiles: true, details: false };
/** While somebody types. Enter does not wait. */
const TYPING_PAUSE_MS = 250;

/** `src/**, *.ts` → two globs. */
function globs(text: string): string[] {
  return text.split(",").map((glob) => glob.trim()).filter((glob) => glob !== "").slice(0, 50);
}

/** Finds text in all files of the project. */
export function SearchView() {
  const ide = useIde();
  const [form, setForm] = useKept("search", FormSchema, EMPTY);
  const { search, run } = useTextSearch(form);
  const results = useStore(search);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => resultRows(results.files, closed), [results.files, closed]);
  const input = useRef<HTMLInputElement>(null);
  const change = (changes: Partial<Form>) => setForm({ ...form, ...changes });

  const open = (row: ResultRow, keepFocus: boolean) => {
    if (row.kind !== "match") return;
    const [range] = row.match.ranges;
    ide.openFile(row.path, { preview: true, keepFocus, at: { line: row.match.line, column: (range?.start ?? 0) + 1, endLine: row.match.line, endColumn: (range?.end ?? 0) + 1 } });
  };
  const toggle = ({ path }: ResultRow) => setClosed((before) => (before.has(path) ? new Set([...before].filter((other) => other !== path)) : new Set([...before, path])));
  const step = useMatchStepper(rows, open);
  const found = results.files.length > 0;
  useCommands([
    { id: "search.again", title: "Search again", category: "Search", icon: "refresh", enabled: form.query !== "", run },
    { id: "search.stop", title: "Stop searching", category: "Search", icon: "stop-circle", enabled: results.phase === "running", run: () => search.stop() },
    { id: "search.clear", title: "Clear search results", category: "Search", icon: "close-all", enabled: results.phase !== "idle", run: () => (change({ query: "" }), input.current?.focus()) },
    { id: "search.collapse", title: "Collapse all results", category: "Search", icon: "collapse-all", enabled: found, run: () => setClosed(new Set(results.files.map(({ path }) => path))) },
    { id: "search.caseSensitive", title: "Match case", category: "Search", keys: "alt+c", scope: "search", run: () => change({ caseSensitive: !form.caseSensitive }) },
    { id: "search.wholeWord", title: "Match whole words", category: "Search", keys: "alt+w", scope: "search", run: () => change({ wholeWord: !form.wholeWord }) },
    { id: "search.regex", title: "Use a regular expression", category: "Search", keys: "alt+r", scope: "search", run: () => change({ regex: !form.regex }) },
    { id: "search.details", title: "Choose which files are searched", category: "Search", keys: "mod+shift+j", run: () => change({ details: !form.details }) },
    { id: "search.next", title: "Go to the next result", category: "Search", keys: "f4", enabled: found, run: () => step(1) },
    { id: "search.previous", title: "Go to the previous result", category: "Search", keys: "shift+f4", enabled: found, run: () => step(-1) },
  ]);

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
            ref={input}
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
        <TreeList label="Search results" rows={rows} onOpen={open} onToggle={toggle}>
          {(row) => (row.kind === "file" ? <FileRow row={row} /> : <MatchRow row={row} />)}
        </TreeList>
      ) : null}
    </div>
  );
}

/** A search that follows what is typed, after a pause. Ends with the view. */
function useTextSearch(form: Form) {
  const { projectId } = useIde();
  const client = useTRPCClient();
  const [search] = useState(() => new TextSearch({ client, projectId }));
  const { query, regex, caseSensitive, wholeWord, include, exclude, useIgnoreFiles } = form;
  const request = useMemo(
    () => ({ query, regex, caseSensitive, wholeWord, include: globs(include), exclude: globs(exclude), useIgnoreFiles }),
    [query, regex, caseSensitive, wholeWord, include, exclude, useIgnoreFiles],
  );
  const run = () => (request.query === "" ? search.clear() : search.start(request));
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const started = useRef(request);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (started.current === request && search.get().phase !== "idle") return;
      started.current = request;
      latest.current();
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [request, search]);
  useEffect(() => () => search.stop(), [search]);
  return {
    search,
    run: () => {
      started.current = request;
      run();
    },
  };
}

/** Goes from place to place through the results, also from the editor. */
function useMatchStepper(rows: readonly ResultRow[], open: (row: ResultRow, keepFocus: boolean) => void) {
  const at = useRef<string | null>(null);
  return (direction: 1 | -1) => {
    const matches = rows.filter(({ kind }) => kind === "match");
    const present = matches.findIndex(({ key }) => key === at.current);
    const next = matches[present < 0 ? (direction > 0 ? 0 : matches.length - 1) : (present + direction + matches.length) % matches.length];
    if (!next) return;
    at.current = next.key;
    open(next, false);
  };
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

function FileRow({ row }: { readonly row: Extract<ResultRow, { readonly kind: "file" }> }) {
  return (
    <>
      <Icon name={fileIcon(row.path)} className={styles.fileIcon} />
      <span className={styles.name}>{row.name}</span>
      <span className={styles.folder}>{row.folder}</span>
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
