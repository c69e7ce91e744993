import { AppError } from "@coder/shared";

// The codes of the projects part. Clients match on them, so they stay.

export function versionConflict(): AppError {
  return new AppError("conflict", "version_conflict", "Somebody else changed this project in the meantime.", { remedy: "Load it again and repeat the change." });
}

export function projectNotDeleted(status: string): AppError {
  return new AppError("conflict", "project_not_deleted", "This project is not in the trash.", { remedy: "Delete it first.", details: { status } });
}

export function importNotFailed(status: string): AppError {
  return new AppError("conflict", "import_not_failed", "Only a failed import can be started again.", { remedy: "Import it as a new project.", details: { status } });
}
