import { AppError } from "@coder/shared";

// The codes of the search part. Clients match on them, so they stay.

/** @param words ripgrep's own */
export function searchInvalid(words: string): AppError {
  return new AppError("invalid", "search_invalid", words, { remedy: "Correct the expression or the file patterns." });
}

export function searchFailed(words: string): AppError {
  return new AppError("unavailable", "search_failed", "The search ended before it was through.", { remedy: "Search in fewer files, or for something rarer.", details: { reason: words } });
}
