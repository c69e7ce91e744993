import fs, { accessSync, chmodSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { exists, makeDirectory } from "./files.mjs";
import { acquireLock, LockHeldError } from "./lock.mjs";
import { dataPaths, UNFINISHED_RESTORE } from "./paths.mjs";
import { codeOf, Problem } from "./problem.mjs";

/** @import { DataPaths } from "./paths.mjs" */
/** @import { Lock } from "./lock.mjs" */

/** The size of one file of PostgreSQL's journal: without room for the next one it cannot go on, nor start. */
const JOURNAL_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Makes the data directory and takes it for this process.
 *
 * @param {string} directory
 * @param {() => Record<string, unknown>} describe
 * @param {{ restoring?: boolean }} [options] `restoring`: the restore itself, which alone may go on where one did not come to its end.
 * @returns {Promise<{ paths: DataPaths, lock: Lock }>}
 */
export async function openDataDirectory(directory, describe, { restoring = false } = {}) {
  const paths = dataPaths(directory);
  if (!restoring && exists(join(directory, UNFINISHED_RESTORE))) {
    throw new Problem(`A restore into ${directory} did not come to its end.`, `Run npm run restore -- FILE again (it begins anew), or delete ${directory}.`);
  }
  try {
    makeDirectory(directory, 0o700);
    if (!statSync(directory).isDirectory()) throw new Problem(`${directory} is not a directory.`, "Set CODER_DATA to a directory.");
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const folder of [paths.run, paths.logs, paths.secrets]) {
      makeDirectory(folder, 0o700);
      chmodSync(folder, 0o700);
    }
  } catch (error) {
    throw problemWith(error, directory);
  }
  try {
    return { paths, lock: await acquireLock(join(paths.run, "lock-id"), describe) };
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw problemWith(error, directory);
    const { pid, address, command } = error.holder;
    throw new Problem(
      `${directory} is in use by process ${String(pid ?? "(unknown)")}${command ? ` (npm run ${String(command)})` : ""}${address ? `, which serves ${String(address)}` : ""}.`,
      pid ? `Use that one, stop it (kill ${String(pid)}), or set CODER_DATA to another directory.` : "Stop it, or set CODER_DATA to another directory.",
      { cause: error },
    );
  }
}

/**
 * Whether the disk has no room for what PostgreSQL writes next.
 *
 * @param {string} directory
 */
export function isDiskFull(directory) {
  try {
    // The first Nodes of version 18 cannot ask.
    const { bavail, bsize } = fs.statfsSync(directory);
    return bavail * bsize < JOURNAL_FILE_BYTES;
  } catch {
    return false;
  }
}

/**
 * @param {unknown} error
 * @param {string} directory
 */
function problemWith(error, directory) {
  const code = codeOf(error);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOENT") return new Problem(`The data directory ${directory} cannot be written (${code}).`, "Give this user the right to write there, or set CODER_DATA to another directory.", { cause: error });
  if (code === "ENOTDIR" || code === "EEXIST") return new Problem(`${directory} is not a directory.`, "Set CODER_DATA to a directory.", { cause: error });
  return error;
}
