import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment, PREPARE_MARK } from "./environment.mjs";
import { exists, readJson, writeAtomically } from "./files.mjs";
import { npmProgram } from "./node-runtime.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { completeLinks } from "./postgres-programs.mjs";
import { Problem } from "./problem.mjs";
import { runStep } from "./run-step.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { Step } from "./terminal.mjs" */

const STAMP = "node_modules/.coder-install.json";
const COUNT_MS = 500;
const DEPENDENCY_FIELDS = ["name", "version", "workspaces", "overrides", "dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/**
 * Installs what package-lock.json says, when it changed or when something of it is missing. Install scripts are not run: the few packages that have
 * one work without, and foreign code that runs at install time is the way supply chains are attacked.
 *
 * @param {{ runtime: NodeRuntime, step: Step, signal?: AbortSignal | undefined }} options
 */
export async function installPackages({ runtime, step, signal }) {
  const print = installPrint(runtime);
  const stamp = readJson(inClone(STAMP));
  const installed = isStamp(stamp) && stamp.print === print ? stamp.packages : null;
  if (installed?.every((path) => existsSync(inClone(path, "package.json")))) {
    step.detail(`unchanged, ${installed.length} packages`);
    return false;
  }
  rmSync(inClone(STAMP), { force: true });
  const packages = lockedPackages();
  const counter = setInterval(() => step.progress(present(packages).length, packages.length, "packages"), COUNT_MS);
  try {
    await runStep(runtime.node, [npmProgram(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: ROOT,
      env: childEnvironment(runtime.folder, { [PREPARE_MARK]: ROOT }),
      signal,
      failure: (details) => new Problem("The packages could not be installed (npm ci).", "If package.json was changed by hand, run npm install once; else check the connection to the registry and start again.", { details }),
    });
  } finally {
    clearInterval(counter);
  }
  completeLinks();
  step.detail(`${markInstalled(runtime)} packages`);
  return true;
}

/**
 * Says that everything is installed which is there now. Written last: a killed install leaves no stamp.
 *
 * @param {NodeRuntime} runtime
 * @returns {number} How many packages there are.
 */
export function markInstalled(runtime) {
  const packages = present(lockedPackages());
  writeAtomically(inClone(STAMP), JSON.stringify({ print: installPrint(runtime), packages }));
  return packages.length;
}

/** @param {NodeRuntime} runtime */
function installPrint(runtime) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${runtime.version.split(".")[0]}`);
  for (const file of ["package-lock.json", ".npmrc"]) if (exists(inClone(file))) hash.update(readFileSync(inClone(file)));
  for (const folder of ["", ...workspaceFolders()]) {
    const manifest = readJson(inClone(folder, "package.json"));
    if (isRecord(manifest)) hash.update(JSON.stringify(DEPENDENCY_FIELDS.map((field) => manifest[field])));
  }
  return hash.digest("hex");
}

function workspaceFolders() {
  const manifest = readJson(inClone("package.json"));
  const patterns = isRecord(manifest) && Array.isArray(manifest["workspaces"]) ? manifest["workspaces"].map(String) : [];
  return patterns
    .flatMap((pattern) => {
      if (!pattern.endsWith("/*")) return [pattern];
      const parent = pattern.slice(0, -2);
      return exists(inClone(parent)) ? readdirSync(inClone(parent)).map((name) => join(parent, name)) : [];
    })
    .filter((folder) => exists(inClone(folder, "package.json")))
    .sort();
}

/** Where packages go that this platform gets. Optional ones for other platforms are left out, as npm does. */
function lockedPackages() {
  const lock = readJson(inClone("package-lock.json"));
  if (!isRecord(lock) || !isRecord(lock["packages"])) {
    throw new Problem("package-lock.json is missing or damaged.", "Bring it back from the repository: git checkout package-lock.json");
  }
  const present = libc();
  return Object.entries(lock["packages"])
    .filter(([path, entry]) => path.includes("node_modules/") && isRecord(entry) && entry["link"] !== true && suits(entry["os"], process.platform) && suits(entry["cpu"], process.arch) && suits(entry["libc"], present))
    .map(([path]) => path);
}

function libc() {
  const report = process.report?.getReport();
  const header = isRecord(report) && isRecord(report["header"]) ? report["header"] : {};
  return "glibcVersionRuntime" in header ? "glibc" : "musl";
}

/**
 * @param {unknown} list
 * @param {string} value
 */
function suits(list, value) {
  return !Array.isArray(list) || list.length === 0 || list.includes(value);
}

/** @param {readonly string[]} packages */
function present(packages) {
  return packages.filter((path) => existsSync(inClone(path, "package.json")));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {value is { print: string, packages: string[] }}
 */
function isStamp(value) {
  return isRecord(value) && typeof value["print"] === "string" && Array.isArray(value["packages"]) && value["packages"].length > 0;
}
