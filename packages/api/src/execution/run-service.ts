import type { Caller, LiveItem } from "@coder/shared";
import type { GetRunInput, ListRunsInput, ListScriptsInput, ReadOutputInput, Run, RunEvent, RunInput, RunOutput, RunPage, Scripts, StartRunInput, WatchRunInput } from "./run-schemas.ts";

/** A project's programs, run in the sandbox as jobs. `run_not_found` (404) for another organization's too, `project_not_found` (404), `project_not_ready` (409). */
export interface IRuns {
  listScripts(caller: Caller, input: ListScriptsInput): Promise<Scripts>;
  /**
   * `dependencies_missing` (409): what is declared is not installed, `dependencies_installing` (409) while it is being installed; `script_not_found` (404), `file_not_runnable` (400); for an installation `lock_file_missing`
   * (409). What is found in a lock file is the run's problem: `install_unsupported`, `lock_file_refused`. The same key answers with the run of the first time; `key_reused` (409) when it was another's request. A checkpoint is taken before it begins.
   */
  startRun(caller: Caller, input: StartRunInput): Promise<Run>;
  /** With `waitMs` it waits for the end; events tell whoever has no time to: `execution.run.finished`. */
  getRun(caller: Caller, input: GetRunInput, signal: AbortSignal): Promise<Run>;
  listRuns(caller: Caller, input: ListRunsInput): Promise<RunPage>;
  /** Nothing of it runs 2 s later. One that has ended stays as it is. */
  cancelRun(caller: Caller, input: RunInput): Promise<Run>;
  watchRun(caller: Caller, input: WatchRunInput, signal: AbortSignal): AsyncIterable<LiveItem<RunEvent>>;
  readOutput(caller: Caller, input: ReadOutputInput): Promise<RunOutput>;
}
