import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment, RUN_MARK } from "./environment.mjs";
import { exists, readIfPresent, syncDirectory, writeAtomically } from "./files.mjs";
import { freePort, isFree, reservePort } from "./ports.mjs";
import { POSTGRES_MAJOR } from "./postgres-programs.mjs";
import { codeOf, Problem } from "./problem.mjs";
import { commandLineOf, endProcesses, isAlive, workingDirectoryOf } from "./processes.mjs";
import { runStep } from "./run-step.mjs";

/** @import { DataPaths } from "./paths.mjs" */
/** @import { PostgresUser } from "./postgres-user.mjs" */

export const OWNER_ROLE = "coder_owner";

/**
 * Makes the cluster if there is none. initdb works in a folder beside, which is renamed when it is complete: a killed first start leaves no half cluster.
 *
 * @param {{ paths: DataPaths, initdb: string, user: PostgresUser, password: string, signal?: AbortSignal | undefined }} options
 * @returns {Promise<boolean>} Whether it is new.
 */
export async function ensureCluster({ paths, initdb, user, password, signal }) {
  rmSync(paths.newCluster, { recursive: true, force: true });
  if (exists(paths.cluster) && readdirSync(paths.cluster).length === 0) rmdirSync(paths.cluster);
  if (exists(paths.cluster)) {
    checkVersion(paths);
    user.own(paths.cluster);
    return false;
  }
  mkdirSync(paths.newCluster, { mode: 0o700 });
  const passwordFile = join(paths.newCluster, "password");
  const half = join(paths.newCluster, "cluster");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  user.own(paths.newCluster);
  const args = ["-D", half, "-U", OWNER_ROLE, "-A", "scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const [file = initdb, ...rest] = [...user.prefix, initdb, ...args];
  await runStep(file, rest, {
    cwd: paths.directory,
    env: childEnvironment(null, { [RUN_MARK]: paths.directory, LC_ALL: "C" }),
    signal,
    failure: (details) => new Problem(`The database cannot be set up in ${paths.directory}.`, remedyFor(details), { details }),
  });
  renameSync(half, paths.cluster);
  syncDirectory(paths.directory);
  rmSync(paths.newCluster, { recursive: true, force: true });
  return true;
}

/** @param {DataPaths} paths */
function checkVersion(paths) {
  const version = readIfPresent(join(paths.cluster, "PG_VERSION"))?.trim();
  if (version === POSTGRES_MAJOR) return;
  if (version !== undefined) {
    throw new Problem(`The database in ${paths.cluster} was made by PostgreSQL ${version}; this version of the product brings PostgreSQL ${POSTGRES_MAJOR}.`, "Start the version that made it, run npm run backup, and restore that backup into a new data directory with this version.");
  }
  throw new Problem(`${paths.cluster} is not a database: PG_VERSION is missing.`, "If it was damaged, restore a backup into a new data directory (npm run restore). If nothing in it is needed, delete it and start again.");
}

/**
 * Ends a server that an earlier launcher left running on this cluster, and removes the pid file of a dead one whose pid now belongs to somebody else.
 *
 * @param {DataPaths} paths
 * @returns {Promise<string | null>} What was found, for the terminal.
 */
export async function clearLeftovers(paths) {
  const file = join(paths.cluster, "postmaster.pid");
  const pid = Number(readIfPresent(file)?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  if (!isAlive(pid)) return null;
  const cwd = workingDirectoryOf(pid);
  const ours = cwd === null ? commandLineOf(pid).includes(paths.cluster) : cwd === paths.cluster && commandLineOf(pid).includes("postgres");
  if (!ours) {
    // The server would take the stranger for its twin and refuse to start.
    rmSync(file, { force: true });
    return `removed the pid file of a server that is gone (${pid} is another program now)`;
  }
  const left = await endProcesses([pid], "SIGINT", 15_000);
  if (left.length > 0) throw new Problem(`A PostgreSQL server of an earlier start (process ${pid}) still uses ${paths.cluster} and does not end.`, `End it (kill -9 ${pid}) and start again.`);
  return `ended the server of an earlier start (process ${pid})`;
}

/**
 * The port of the last start if it is still free, so that tools outside keep working; else another one.
 *
 * @param {DataPaths} paths
 */
export async function choosePort(paths) {
  const remembered = Number(readIfPresent(paths.postgresPort));
  const isOurs = remembered > 0 && remembered < 65_536 && (await isFree(remembered)) && (await reservePort(remembered, paths.cluster));
  const port = isOurs ? remembered : await freePort(paths.cluster);
  if (port !== remembered) writeAtomically(paths.postgresPort, `${port}\n`);
  return port;
}

/**
 * Whether the server with this pid says that it takes connections. It writes its state into its pid file.
 *
 * @param {DataPaths} paths
 * @param {number} pid
 */
export function isServing(paths, pid) {
  try {
    const lines = readIfPresent(join(paths.cluster, "postmaster.pid"))?.split("\n") ?? [];
    return Number(lines[0]) === pid && (lines[7] ?? "").trim() === "ready";
  } catch (error) {
    if (codeOf(error) === "EACCES") return false;
    throw error;
  }
}

/** @param {string} log */
function remedyFor(log) {
  if (/No space left|Disk quota/.test(log)) return "Free some space on that disk and start again.";
  if (/Permission denied/.test(log)) return "Give the user the right to enter and write that directory, or set CODER_DATA to another one.";
  return "See the lines above; or set DATABASE_URL to a PostgreSQL server.";
}
