import { AppError } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function jobNotFound(): AppError {
  return new AppError("not_found", "job_not_found", "There is no such job.", { remedy: "Open the list again: it may have been removed, or be somebody else's." });
}

export function jobFinished(state: string): AppError {
  return new AppError("conflict", "job_finished", `This job is ${state} already.`, { remedy: "Nothing is left to cancel." });
}

export function jobQuotaExceeded(limit: number): AppError {
  return new AppError("conflict", "job_quota_exceeded", `Your organization has reached its limit of ${limit.toLocaleString("en")} jobs that wait or run.`, {
    remedy: "Wait until some have ended, cancel those that nobody needs, or have the limit raised in the settings.",
    details: { limit },
  });
}

export function nothingToChange(): AppError {
  return new AppError("conflict", "nothing_to_change", "There is no job that this could change.", { remedy: "Choose other jobs: only waiting and running ones can be cancelled, only failed and cancelled ones retried, and no running one removed." });
}

export function previewExpired(): AppError {
  return new AppError("not_found", "preview_expired", "This preview is not kept any more.", { remedy: "Look at the preview again before you go on." });
}

export function bulkNotFound(): AppError {
  return new AppError("not_found", "bulk_not_found", "There is no such action of yours.", { remedy: "Look for its effects in the list of jobs." });
}
