import { AppError, isAppError } from "@coder/shared";

// The package's codes. Clients match on them, so they stay.

export function pathInvalid(reason: string): AppError {
  return new AppError("invalid", "path_invalid", `The path ${reason}.`, { remedy: "Correct the path." });
}

export function diskFull(cause: unknown): AppError {
  return new AppError("unavailable", "disk_full", "The server's disk is full.", { remedy: "Free space on the server, then try again.", cause });
}

export function entryNotFound(path: string): AppError {
  return new AppError("not_found", "entry_not_found", "There is no such file or folder.", { remedy: "Load the folder again: somebody may have moved or deleted it.", details: { path } });
}

/** Whether something is just not there any more, or is no folder any more. */
export function isGone(error: unknown): boolean {
  return isAppError(error) && ["entry_not_found", "not_a_folder", "outside_project"].includes(error.code);
}

export function outsideProject(path: string): AppError {
  return new AppError("forbidden", "outside_project", "This path leads out of the project.", { remedy: "Open it through a link that stays inside the project.", details: { path } });
}

export function linkLoop(path: string): AppError {
  return new AppError("invalid", "link_loop", "The links of this path lead in a circle.", { remedy: "Remove one of the links.", details: { path } });
}

/** @param kind What is there instead: `folder`, `symlink`, `other` */
export function notAFile(path: string, kind: string): AppError {
  const what = kind === "symlink" ? "a link" : kind === "folder" ? "a folder" : "not a regular file";
  return new AppError("invalid", "not_a_file", `This is ${what}.`, { remedy: kind === "symlink" ? "Open what the link points to." : "Choose a file.", details: { path, kind } });
}

export function notAFolder(path: string): AppError {
  return new AppError("invalid", "not_a_folder", "This is not a folder.", { remedy: "Choose a folder.", details: { path } });
}

export function alreadyExists(path: string): AppError {
  return new AppError("conflict", "already_exists", "There is already a file or folder of this name.", { remedy: "Choose another name, or move what is there out of the way.", details: { path } });
}

export function accessDenied(path: string): AppError {
  return new AppError("forbidden", "access_denied", "The server may not do this to the file or folder.", { remedy: "Change its permissions with a script of the project.", details: { path } });
}

/** What is on disk now, for the person to compare with. `hash` null: the file is gone. */
export interface FileState {
  readonly hash: string | null;
  readonly sizeBytes: number;
  readonly modifiedAt: string | null;
}

export function staleWrite(path: string, state: FileState): AppError {
  return new AppError("conflict", "stale_write", "The file has changed since it was opened.", {
    remedy: "Compare your text with the file, then save over it or take the file's.",
    details: { path, ...state },
  });
}

export function fileChanging(path: string): AppError {
  return new AppError("unavailable", "file_changing", "The file changed while it was being read.", { remedy: "Open it again when whatever writes it has finished.", details: { path } });
}

export function fileTooLarge(path: string, limit: number): AppError {
  return new AppError("too_large", "file_too_large", "The file is larger than can be opened.", { remedy: "Download it instead, or have the limit raised in the settings.", details: { path, limit } });
}

export function tooManyEntries(limit: number): AppError {
  return new AppError("too_large", "too_many_entries", `This holds more than ${limit.toLocaleString("en")} files and folders.`, { remedy: "Do it folder by folder.", details: { limit } });
}

/** What the file system refused, as people can understand it. Anything else is a fault and stays one. */
export function fileSystemError(error: unknown, path: string): unknown {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "ENOENT":
    case "ENOTDIR":
      return entryNotFound(path);
    case "EEXIST":
    case "ENOTEMPTY":
      return alreadyExists(path);
    case "EISDIR":
      return notAFile(path, "folder");
    case "ELOOP":
      return linkLoop(path);
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ETXTBSY":
      return accessDenied(path);
    case "ENAMETOOLONG":
      return new AppError("invalid", "path_invalid", "The path is too long.", { remedy: "Choose a shorter name, or a folder further up.", details: { path } });
    case "ENOSPC":
    case "EDQUOT":
      return diskFull(error);
    default:
      return error;
  }
}
