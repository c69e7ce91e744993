import { AppError } from "@coder/shared";

// The module's codes. Clients match on them, so they stay. Each part adds its own beside its code; these are everybody's.

export function projectNotFound(): AppError {
  return new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "Open the list of projects again: somebody may have removed it." });
}

export function projectNotReady(status: string): AppError {
  return new AppError("conflict", "project_not_ready", NOT_READY[status] ?? "This project cannot be opened now.", {
    remedy: status === "deleted" ? "Restore it first." : status === "failed" ? "Start the import again, or remove the project." : "Wait until the import has ended.",
    details: { status },
  });
}

const NOT_READY: Readonly<Record<string, string>> = {
  importing: "This project is still being imported.",
  failed: "The import of this project failed, so it has no files.",
  deleted: "This project is in the trash.",
};

/** @param what `projects`, `bytes` or `files` */
export function quotaExceeded(what: "projects" | "bytes" | "files", limit: number): AppError {
  return new AppError("conflict", "quota_exceeded", `Your organization's limit of ${what === "bytes" ? formatBytes(limit) : `${limit.toLocaleString("en")} ${what}`} for projects is reached.`, {
    remedy: "Remove projects or files you do not need, for good, or have the limit raised in the settings.",
    details: { quota: what, limit },
  });
}

export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? "bytes"}`;
}
