import type { Caller } from "@coder/shared";
import type { SearchItem, SearchOnceInput, SearchResult, SearchTextInput } from "./search-schemas.ts";

/** Text in a project's files, hit for hit what ripgrep finds. `project_not_found` (404) for another organization's, `project_not_ready` (409). */
export interface ISearch {
  /** Results as they are found. `search_invalid` (400) with ripgrep's own words for a bad expression or glob. Ends with its signal. */
  searchText(caller: Caller, input: SearchTextInput, signal: AbortSignal): AsyncIterable<SearchItem>;
  /** The same in one answer. */
  searchOnce(caller: Caller, input: SearchOnceInput, signal: AbortSignal): Promise<SearchResult>;
}
