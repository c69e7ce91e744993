/** Runs git on a project's tree as what it is, foreign code. `SandboxedGit` of `@coder/sandbox`. */
export interface IGitRunner {
  /** Looks only. Rejects with `git_failed` (git's own words), `git_timeout`, `git_output_too_large`, `sandbox_unavailable`. */
  read(tree: string, args: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<{ readonly stdout: Buffer }>;
}
