import { Problem } from "../launcher/problem.mjs";

/** What keeps a backup from being made or restored, with what to do. */
export class BackupProblem extends Problem {}

/** Names what the file system says. */
export function asBackupProblem(error: unknown, place: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return new BackupProblem(`There is no space left for ${place}.`, "Free some space, or choose another disk.", { cause: error });
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") return new BackupProblem(`${place} cannot be written (${String(code)}).`, "Choose a place that this user may write to.", { cause: error });
  return error;
}
