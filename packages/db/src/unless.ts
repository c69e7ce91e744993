import { isAppError, type AppError } from "@coder/shared";

/** The result of a guarded write, or null where somebody else's write came first or took the row away. */
export function unlessConflict<Result>(write: Promise<Result>): Promise<Result | null> {
  return nullOn(({ kind, code }) => kind === "not_found" || code === "version_conflict" || code === "condition_failed", write);
}

/** What was inserted, or null where the id or a unique field is taken. */
export function unlessExists<Result>(insert: Promise<Result>): Promise<Result | null> {
  return nullOn(({ code }) => code === "already_exists", insert);
}

async function nullOn<Result>(expected: (error: AppError) => boolean, work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (isAppError(error) && expected(error)) return null;
    throw error;
  }
}
