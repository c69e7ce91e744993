import { AppError, isAppError } from "@coder/shared";

// The codes of the git part. Clients match on them, so they stay. `git_failed` and the like come from the sandbox.

/** `problem`: why a `.git` that is there is none. */
export function notARepository(problem: string | null = null): AppError {
  const message = `This project is not a git repository${problem === null ? "." : `: ${problem}`}`;
  return new AppError("invalid", "not_a_repository", message, { remedy: problem === null ? "Create one in a terminal of the project with git init." : "Put back what is missing in .git, or remove it and create one with git init." });
}

/** What git says where it does not take a `.git` for a repository: one without `refs`, or a file that leads nowhere. Null for any other error. */
export function brokenRepository(error: unknown): string | null {
  return isGitFailure(error) && error instanceof Error ? (/(?:not a git repository|invalid gitfile format)[^\n]*/i.exec(error.message)?.[0] ?? null) : null;
}

/** git itself said no, with its own words. */
export function isGitFailure(error: unknown): boolean {
  return isAppError(error) && error.code === "git_failed";
}
