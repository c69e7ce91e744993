import type { Caller, LiveItem } from "@coder/shared";
import type { FindFilesInput, FoundFiles, ProjectEvent, WatchProjectInput } from "./live-schemas.ts";

/** What happens to a project's files, and where they are. `project_not_found` (404) for another organization's, `project_not_ready` (409). */
export interface ILive {
  /** Until the signal aborts, or until the project cannot be opened any more: then the stream ends after a last `project`. */
  watchProject(caller: Caller, input: WatchProjectInput, signal: AbortSignal): AsyncIterable<LiveItem<ProjectEvent>>;
  findFiles(caller: Caller, input: FindFilesInput): Promise<FoundFiles>;
}
