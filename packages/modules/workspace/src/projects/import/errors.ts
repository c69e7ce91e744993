import { AppError, isAppError, type ErrorKind } from "@coder/shared";
import { formatBytes } from "../../errors.ts";

// Why an import is refused. Clients match on the codes, so they stay. Nothing was written when one of these is thrown before unpacking.

/** Names in messages: bounded, and nothing that a terminal or log would act on. */
export function shown(name: string): string {
  const clean = name.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
  return clean.length > 200 ? `…${clean.slice(-199)}` : clean;
}

function refused(code: string, message: string, remedy: string, details?: Record<string, unknown>, kind: ErrorKind = "invalid"): AppError {
  return new AppError(kind, code, message, { remedy, ...(details === undefined ? {} : { details }) });
}

export function archiveUnsupported(): AppError {
  return refused("archive_unsupported", "This is not an archive that can be imported.", "Upload a .zip, .tar.gz, .tgz or .tar file.");
}

/** @param reason what is wrong with it, as part of a sentence */
export function archiveCorrupt(reason: string): AppError {
  return refused("archive_corrupt", `The archive is damaged or incomplete: ${shown(reason).replace(/\.+$/, "")}.`, "Make the archive again and upload all of it.");
}

/** What a library said of an archive, as people can understand it. What we said ourselves, and a signal's reason, stay what they are. */
export function readFault(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || isAppError(error)) return error;
  return archiveCorrupt(error instanceof Error ? error.message : "it cannot be read");
}

/** @param what a part of the format that is not taken in, for example `encrypted entries` */
export function archiveFeature(what: string): AppError {
  return refused("archive_feature_unsupported", `The archive uses ${what}, which cannot be imported.`, "Make the archive again without it.");
}

export function unsafeName(name: string, reason: string): AppError {
  return refused("import_unsafe_name", `“${shown(name)}” cannot be imported: its name ${reason}.`, "Make the archive again from inside the project's folder.", { name: shown(name) });
}

export function duplicateEntry(name: string): AppError {
  return refused("import_duplicate_entry", `“${shown(name)}” is there more than once, or differs from another name only in a way this server's disk does not keep.`, "Rename or remove one of them.", {
    name: shown(name),
  });
}

export function entryConflict(name: string): AppError {
  return refused("import_entry_conflict", `“${shown(name)}” lies in something that is no folder.`, "Make the archive again from inside the project's folder.", { name: shown(name) });
}

export function specialEntry(name: string, what: string): AppError {
  return refused("import_special_entry", `“${shown(name)}” is ${what}, which a project cannot hold.`, "Leave it out.", { name: shown(name) });
}

export function escapingLink(name: string, target: string): AppError {
  return refused("import_link_escapes", `The link “${shown(name)}” points out of the project, to “${shown(target)}”.`, "Remove the link, or make it point to something in the project.", { name: shown(name) });
}

export function linkWithoutFile(name: string, target: string): AppError {
  return refused("import_link_without_file", `“${shown(name)}” is another name of “${shown(target)}”, which is no file that comes before it.`, "Make the archive again with the file in it.", {
    name: shown(name),
  });
}

export function tooManyLinks(): AppError {
  return refused("import_too_many_links", "The links in it are too many to be checked.", "Leave some of them out.");
}

export function tooLarge(what: "archive" | "unpacked" | "entry", limit: number, name?: string): AppError {
  const subject = what === "archive" ? "The archive" : what === "entry" ? `“${shown(name ?? "")}”` : "The import";
  return refused(`${what === "entry" ? "import_entry" : what === "archive" ? "archive" : "import"}_too_large`, `${subject} is larger than ${formatBytes(limit)}.`, "Leave out what is not needed, or have the limit raised in the settings.", { limit }, "too_large");
}

export function tooManyEntries(limit: number): AppError {
  return refused("import_too_many_entries", `The import has more than ${limit.toLocaleString("en")} files and folders.`, "Leave out what is not needed, or have the limit raised in the settings.", { limit }, "too_large");
}

export function suspiciousRatio(limit: number, name?: string): AppError {
  const subject = name === undefined ? "The archive" : `“${shown(name)}”`;
  return refused("import_suspicious_ratio", `${subject} unpacks to more than ${limit} times its size, as archives do that are made to fill disks.`, "Leave it out, or have the limit raised in the settings.", { limit }, "too_large");
}

export function sourceChanged(name: string): AppError {
  return new AppError("conflict", "import_source_changed", `“${shown(name)}” changed while it was being imported.`, { remedy: "Import it again when nothing writes to it." });
}

export function sourceGone(): AppError {
  return new AppError("conflict", "source_gone", "What it was imported from is not kept any more.", { remedy: "Import it as a new project, then remove this one." });
}

export function importCancelled(): AppError {
  return new AppError("cancelled", "import_cancelled", "The import was cancelled.", { remedy: "Start it again, or remove the project." });
}

export function importInterrupted(): AppError {
  return new AppError("internal", "import_interrupted", "The import ended before its time.", { remedy: "Start it again; if it ends the same way, look at the job's log." });
}

export function importFailed(): AppError {
  return new AppError("internal", "import_failed", "The import failed for a reason nobody has foreseen.", { remedy: "Start it again; if it fails the same way, look at the job's log." });
}

export function folderNotAllowed(): AppError {
  return new AppError("forbidden", "folder_not_allowed", "This folder cannot be imported.", {
    remedy: "Choose a folder below one of those that the setting workspace.import.folderRoots names.",
  });
}
