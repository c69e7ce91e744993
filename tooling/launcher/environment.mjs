import { resolve } from "node:path";
import { inClone } from "./paths.mjs";

/**
 * The launcher's own variables, read before there is a configuration. `.env.example` lists them below the settings.
 *
 * @typedef {object} LauncherVariable
 * @property {string} name
 * @property {string} default Empty: unset.
 * @property {string} description
 */

/** @type {readonly LauncherVariable[]} */
export const LAUNCHER_VARIABLES = [
  { name: "CODER_CONFIG", default: "", description: "The operator's YAML; coder.yaml in the data directory when unset" },
  { name: "CODER_NO_APT", default: "", description: "1: no system packages are installed; npm start does without and the health page names them, npm test skips their tests" },
  { name: "DATABASE_OWNER_URL", default: "", description: "PostgreSQL as the owner of the tables, for migrations; DATABASE_URL when unset (then the roles for the product are made with generated passwords)" },
  { name: "LOG_OUTPUT", default: "file", description: "file: logs of the processes go to $CODER_DATA/logs; terminal: they are printed as well" },
];

/** Marks every process of one data directory, so that the next start finds what a killed launcher left behind. */
export const RUN_MARK = "_CODER_RUNS_FOR";
/** Marks every process that installs or builds for one clone. */
export const PREPARE_MARK = "_CODER_PREPARES";

/** Where Node keeps the compiled code of the product and of its libraries: a process that finds it there starts in a fifth less time. It goes with the libraries. */
const COMPILE_CACHE = inClone("node_modules/.cache/compile");

export function dataDirectory() {
  return resolve(process.env["CODER_DATA"] || inClone(".data"));
}

/** @param {string} name */
export function variable(name) {
  return process.env[name] || undefined;
}

/**
 * The environment of a child: ours without what npm adds for its scripts, Node 24 first on the path; null: not on Node 24.
 *
 * @param {string | null} nodeFolder
 * @param {Readonly<Record<string, string | undefined>>} [more]
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(nodeFolder, more = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|INIT_CWD$)/.test(name));
  const path = [nodeFolder, process.env["PATH"]].filter(Boolean).join(process.platform === "win32" ? ";" : ":");
  const node = nodeFolder === null ? {} : { NODE_COMPILE_CACHE: COMPILE_CACHE };
  return { ...Object.fromEntries(inherited), PATH: path, NEXT_TELEMETRY_DISABLED: "1", ...node, ...more };
}

/** What the pages may inherit: where programs and folders are, how times and texts look, how Node and Next run, and the way out of a closed network. */
const PAGES_INHERIT = /^(PATH|HOME|USER|TMPDIR|TEMP|TMP|SYSTEMROOT|LANG|LC_[A-Z]+|TZ|NODE_ENV|NODE_OPTIONS|NODE_(DISABLE_)?COMPILE_CACHE|NODE_EXTRA_CA_CERTS|NEXT_\w+|(HTTP|HTTPS|NO|ALL)_PROXY)$/i;

/**
 * The environment of the pages. They know no secret and no database: what is not named here is none of their business, whatever it is called.
 *
 * @param {string | null} nodeFolder
 * @param {Readonly<Record<string, string | undefined>>} [more]
 * @returns {NodeJS.ProcessEnv}
 */
export function pageEnvironment(nodeFolder, more = {}) {
  return { ...Object.fromEntries(Object.entries(childEnvironment(nodeFolder)).filter(([name]) => PAGES_INHERIT.test(name))), ...more };
}

/** Whether system packages are left alone. */
export function noApt() {
  return variable("CODER_NO_APT");
}
