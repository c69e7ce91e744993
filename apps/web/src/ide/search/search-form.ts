"use client";

import { useCallback } from "react";
import { z } from "zod";
import { useKept } from "../use-kept.ts";
import type { SearchRequest } from "./TextSearch.ts";

const SearchFormSchema = z.object({
  query: z.string().max(4_096),
  regex: z.boolean(),
  caseSensitive: z.boolean(),
  wholeWord: z.boolean(),
  include: z.string().max(2_000),
  exclude: z.string().max(2_000),
  useIgnoreFiles: z.boolean(),
  details: z.boolean(),
});
export type SearchForm = z.output<typeof SearchFormSchema>;
const EMPTY: SearchForm = { query: "", regex: false, caseSensitive: false, wholeWord: false, include: "", exclude: "", useIgnoreFiles: true, details: false };

/** What is searched for, as it was left. */
export function useSearchForm() {
  const [form, set] = useKept("search", SearchFormSchema, EMPTY);
  const change = useCallback((changes: Partial<SearchForm>) => set({ ...form, ...changes }), [form, set]);
  return { form, change };
}

export function requestOf({ details: _details, include, exclude, ...rest }: SearchForm): SearchRequest {
  return { ...rest, include: globs(include), exclude: globs(exclude) };
}

/** `src/**, *.ts` → two globs. */
function globs(text: string): string[] {
  return text.split(",").map((glob) => glob.trim()).filter((glob) => glob !== "").slice(0, 50);
}

/** A path as the glob that matches it alone. A comma stands between globs: any letter will do for it. */
export function asGlob(path: string): string {
  return path.replace(/[\\*?[\]{}!]/g, "\\$&").replaceAll(",", "?");
}
