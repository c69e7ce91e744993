import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "./problem.mjs";

const NOBODY = 65_534;

/**
 * How PostgreSQL, which refuses to run as root, is started.
 *
 * @typedef {object} PostgresUser
 * @property {readonly string[]} prefix Goes before the program.
 * @property {(directory: string) => void} own Gives a directory, and the way to it, to that user.
 */

/** @type {PostgresUser} */
const SELF = { prefix: [], own: () => undefined };

/**
 * As we are; for root in a user namespace (nothing changes hands); else, where namespaces are forbidden, as nobody (who must then own the cluster).
 *
 * @param {string} program The server's program, to try with.
 * @returns {PostgresUser}
 */
export function postgresUser(program) {
  if (process.getuid?.() !== 0) return SELF;
  const namespace = ["unshare", "--user", "--map-user=1000"];
  if (runs([...namespace, program, "--version"])) return { ...SELF, prefix: namespace };
  const nobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  if (runs([...nobody, program, "--version"])) return { prefix: nobody, own: giveTo(NOBODY) };
  throw new Problem(
    "PostgreSQL does not run as root, and neither a user namespace (unshare) nor another user (setpriv) is to be had here.",
    "Start as an ordinary user, move the clone out of a directory that only root may enter, or set DATABASE_URL to a PostgreSQL server.",
  );
}

/**
 * Lets the server end in order when the launcher is killed, where the system can do that.
 *
 * @returns {readonly string[]}
 */
export function endsWithParent() {
  const prefix = ["setpriv", "--pdeathsig", "INT"];
  return process.platform === "linux" && runs([...prefix, "true"]) ? prefix : [];
}

/** @param {number} uid */
function giveTo(uid) {
  return (/** @type {string} */ directory) => {
    const give = (/** @type {string} */ path) => {
      chownSync(path, uid, uid);
      if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
    };
    // The data directory itself is entered, not read; the secrets beside the cluster keep their own mode.
    chmodSync(join(directory, ".."), 0o711);
    if (existsSync(directory) && lstatSync(directory).uid !== uid) give(directory);
  };
}

/** @param {readonly string[]} command */
function runs([file = "", ...args]) {
  try {
    execFileSync(file, args, { stdio: "ignore", timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
