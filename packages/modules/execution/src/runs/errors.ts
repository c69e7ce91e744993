import type { SandboxEnd } from "@coder/sandbox";
import { AppError } from "@coder/shared";

// The codes of the runs part. Clients match on them, so they stay.

export function runNotFound(): AppError {
  return new AppError("not_found", "run_not_found", "There is no such run.", { remedy: "Load the list of runs again." });
}

export function scriptNotFound(folder: string, name: string): AppError {
  return new AppError("not_found", "script_not_found", `There is no script "${name}" in ${folder === "" ? "the project" : folder}.`, { remedy: "Load the list of scripts again: package.json may have changed.", details: { folder, name } });
}

export function fileNotRunnable(path: string): AppError {
  return new AppError("invalid", "file_not_runnable", `${path} cannot be run.`, { remedy: "Run a JavaScript, TypeScript, Python or shell file, or add a script to package.json.", details: { path } });
}

export function dependenciesMissing(folder: string): AppError {
  return new AppError("conflict", "dependencies_missing", "The dependencies of this project are not installed.", { remedy: "Install them, or run without them.", details: { folder } });
}

export function dependenciesInstalling(folder: string): AppError {
  return new AppError("conflict", "dependencies_installing", "The dependencies of this project are being installed.", { remedy: "Wait until that run has ended, or run without them.", details: { folder } });
}

export function lockFileMissing(folder: string): AppError {
  return new AppError("conflict", "lock_file_missing", "There is no lock file to install from.", { remedy: "Add the lock file of npm 7 or newer, pnpm 9 or newer, Yarn 1 or Yarn 4.", details: { folder } });
}

/** @param reason Why, as a sentence about the lock file */
export function installUnsupported(reason: string, remedy: string): AppError {
  return new AppError("conflict", "install_unsupported", `The lock file cannot be followed. ${reason}`, { remedy });
}

/** @param name of the package in the lock file @param reason Why, as the end of a sentence */
export function lockFileRefused(name: string, reason: string): AppError {
  return new AppError("conflict", "lock_file_refused", `The lock file's ${name === "" ? "own package" : name} is not installed: ${reason}.`, {
    remedy: "Take a version of it from the registry, and make the lock file anew. Nothing was changed.",
    details: { name },
  });
}

export function packageManagerMissing(name: string): AppError {
  return new AppError("unavailable", "package_manager_missing", `The server has no ${name} that runs could use.`, { remedy: name === "npm" ? "Install npm on the server beside Node." : "Install the product's packages again: npm ci." });
}

/** The end of what the package manager printed is in the output; a limit that ended it is not. */
export function installFailed({ exitCode, endedBy }: Pick<SandboxEnd, "exitCode" | "endedBy">): AppError {
  return new AppError("invalid", "install_failed", "The dependencies could not be installed, so nothing was changed.", { remedy: endedBy === null ? "See the output for the reason." : "It reached a limit of runs: have that raised in the settings.", details: { exitCode, endedBy } });
}

/** The code is that of everything else for which an organization has no room. */
export function roomExceeded(): AppError {
  return new AppError("conflict", "quota_exceeded", "It was ended: your organization's limit for projects left it no more room.", {
    remedy: "Remove projects or files you do not need, for good, or have the limit raised in the settings.",
  });
}

export function runInterrupted(): AppError {
  return new AppError("unavailable", "run_interrupted", "The process that ran it ended, so its result is not known.", { remedy: "Run it again. Restore the checkpoint first if it left files half done." });
}

export function runFailed(): AppError {
  return new AppError("internal", "run_failed", "It could not be run because of a fault on the server.", { remedy: "Try again. If it stays, the server's log tells why." });
}

export function registryInvalid(registry: string): AppError {
  return new AppError("unavailable", "registry_invalid", "The configured package registry is no address.", { remedy: "Correct execution.install.registry in the settings.", details: { registry } });
}
