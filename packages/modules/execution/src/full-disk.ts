import { isAppError } from "@coder/shared";
import { fileSystemError } from "@coder/work-tree";

/** A full disk is something people can do something about, `disk_full`; anything else stays the fault that it is. */
export function fullDisk(error: unknown): unknown {
  const known = fileSystemError(error, "");
  return isAppError(known) && known.code === "disk_full" ? known : error;
}
