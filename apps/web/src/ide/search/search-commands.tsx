"use client";

import { useCommands } from "#commands/registry.tsx";
import { useStore } from "#lib/store.ts";
import { useIdeSession } from "../ide-context.ts";
import type { IdeSession } from "../IdeSession.ts";
import type { MatchRow } from "./search-results.ts";
import { requestOf, useSearchForm } from "./search-form.ts";

const CATEGORY = "Search";

export function openMatch(ide: IdeSession, { path, match: { line, ranges: [range] } }: MatchRow, keepFocus: boolean): void {
  ide.openFile(path, { preview: true, keepFocus, at: { line, column: (range?.start ?? 0) + 1, endLine: line, endColumn: (range?.end ?? 0) + 1 } });
}

/** What can be done with what is searched for and found, whether the view is shown or not. Draws nothing. */
export function SearchCommands() {
  const ide = useIdeSession();
  const { search, frame } = ide;
  const { form, change } = useSearchForm();
  const { phase, files } = useStore(search);
  const found = files.length > 0;
  const step = (direction: 1 | -1) => {
    const match = search.step(direction);
    if (match) openMatch(ide, match, false);
  };
  const shown = (changes: Parameters<typeof change>[0]) => {
    frame.showView("search");
    change(changes);
  };
  useCommands([
    { id: "search.again", title: "Search again", category: CATEGORY, icon: "refresh", enabled: form.query !== "", run: () => search.startOrClear(requestOf(form)) },
    { id: "search.stop", title: "Stop searching", category: CATEGORY, icon: "stop-circle", enabled: phase === "running", run: () => search.stop() },
    { id: "search.clear", title: "Clear search results", category: CATEGORY, icon: "close-all", enabled: phase !== "idle", run: () => shown({ query: "" }) },
    { id: "search.collapse", title: "Collapse all results", category: CATEGORY, icon: "collapse-all", enabled: found, run: () => search.collapse() },
    { id: "search.caseSensitive", title: "Match case", category: CATEGORY, keys: "alt+c", scope: "search", run: () => change({ caseSensitive: !form.caseSensitive }) },
    { id: "search.wholeWord", title: "Match whole words", category: CATEGORY, keys: "alt+w", scope: "search", run: () => change({ wholeWord: !form.wholeWord }) },
    { id: "search.regex", title: "Use a regular expression", category: CATEGORY, keys: "alt+r", scope: "search", run: () => change({ regex: !form.regex }) },
    { id: "search.details", title: "Choose which files are searched", category: CATEGORY, keys: "mod+shift+j", run: () => shown({ details: !form.details }) },
    { id: "search.next", title: "Go to the next result", category: CATEGORY, keys: "f4", enabled: found, run: () => step(1) },
    { id: "search.previous", title: "Go to the previous result", category: CATEGORY, keys: "shift+f4", enabled: found, run: () => step(-1) },
  ]);
  return null;
}
