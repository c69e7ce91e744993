import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { childEnvironment, noApt } from "./environment.mjs";
import { messageOf, Stopped } from "./problem.mjs";
import { runStep } from "./run-step.mjs";

/** @import { Terminal } from "./terminal.mjs" */

/**
 * @typedef {object} SystemPackage
 * @property {string} apt
 * @property {readonly string[]} programs Any of these on the path means that it is there.
 * @property {string} for
 */

/**
 * What the product uses when it is there. It starts without them.
 *
 * @type {readonly SystemPackage[]}
 */
export const PRODUCT_PACKAGES = [
  { apt: "bubblewrap", programs: ["bwrap"], for: "the sandbox" },
  { apt: "git", programs: ["git"], for: "projects with git" },
];

const UPDATE_MINUTES = 2;
const INSTALL_MINUTES = 5;
/** A mirror that does not answer must not hold up a start. */
const PATIENCE = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15", "-o", "Acquire::https::Timeout=15", "-o", "DPkg::Lock::Timeout=30"];

/**
 * Debian, as root, unless `CODER_NO_APT=1`.
 *
 * @param {string | undefined} [forbidden]
 */
export function mayInstallPackages(forbidden = noApt()) {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return forbidden !== "1" && process.getuid?.() === 0 && /^ID(_LIKE)?=.*debian/m.test(release) && hasProgram("apt-get");
}

/**
 * @param {SystemPackage} wanted
 */
export function isPresent({ programs }) {
  return programs.some(hasProgram);
}

/**
 * Installs what is missing, announcing each. Nobody has to have it: whatever goes wrong is said, and the rest goes on.
 *
 * @param {readonly SystemPackage[]} packages
 * @param {{ say: (text: string) => void, signal?: AbortSignal | undefined }} options
 * @returns {Promise<boolean>} Whether all of them are there now.
 */
export async function installSystemPackages(packages, { say, signal }) {
  const missing = packages.filter((each) => !isPresent(each));
  if (missing.length === 0) return true;
  await apt(["update"], UPDATE_MINUTES, signal).catch(rethrowStopped);
  for (const each of missing) {
    say(`Installing ${each.apt} with apt-get, for ${each.for}`);
    await apt(["install", "--yes", "--no-install-recommends", each.apt], INSTALL_MINUTES, signal).catch((error) => {
      rethrowStopped(error);
      say(`${each.apt} could not be installed: ${messageOf(error)}`);
    });
  }
  return packages.every(isPresent);
}

/**
 * For a start: nothing is said and nothing done when all is there, or when it is not for us to install.
 *
 * @param {{ terminal: Terminal, signal: AbortSignal }} options
 */
export async function bringSystemPackages({ terminal, signal }) {
  const missing = PRODUCT_PACKAGES.filter((each) => !isPresent(each));
  if (missing.length === 0 || !mayInstallPackages()) return;
  await terminal.step("System packages", async (step) => {
    const complete = await installSystemPackages(missing, { say: (text) => terminal.line(`    ${text}`), signal });
    step.detail(complete ? missing.map(({ apt: name }) => name).join(", ") : "not all of them; the health page says what is missing");
  });
}

/**
 * @param {readonly string[]} args
 * @param {number} minutes
 * @param {AbortSignal | undefined} signal
 */
async function apt(args, minutes, signal) {
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, minutes * 60_000);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await runStep("apt-get", [...PATIENCE, ...args], { cwd: "/", env: childEnvironment(null, { DEBIAN_FRONTEND: "noninteractive" }), signal: limit.signal });
  } catch (error) {
    if (error instanceof Stopped && !signal?.aborted) throw new Error(`not done within ${minutes} minutes`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** @param {unknown} error */
function rethrowStopped(error) {
  if (error instanceof Stopped) throw error;
}

/** @param {string} name */
function hasProgram(name) {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
