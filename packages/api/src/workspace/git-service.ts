import type { Caller } from "@coder/shared";
import type { GitDiff, GitDiffInput, GitLog, GitLogInput, GitStatus, GitStatusInput } from "./git-schemas.ts";

/** The version control of a project, run as foreign code. `project_not_found` (404), `project_not_ready` (409), `git_failed` (with git's own words), `sandbox_unavailable` (503). */
export interface IGit {
  gitStatus(caller: Caller, input: GitStatusInput, signal: AbortSignal): Promise<GitStatus>;
  /** `not_a_repository` (400). */
  gitDiff(caller: Caller, input: GitDiffInput, signal: AbortSignal): Promise<GitDiff>;
  /** Newest first; empty before the first commit. `not_a_repository` (400). */
  gitLog(caller: Caller, input: GitLogInput, signal: AbortSignal): Promise<GitLog>;
}
