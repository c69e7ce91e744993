import { readdirSync } from "node:fs";
import { childEnvironment } from "./environment.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { runStep } from "./run-step.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */

/**
 * @typedef {object} Settings
 * @property {string} host
 * @property {number} port
 * @property {string | null} publicUrl
 * @property {number} drainSeconds
 * @property {"postgresql" | "cosmos" | "memory"} provider
 * @property {string | null} databaseUrl
 * @property {string | null} systemUrl
 * @property {string | null} redisUrl
 */

/**
 * What the configuration says, from all its tiers but the database.
 *
 * @param {{ runtime: NodeRuntime, variables: Readonly<Record<string, string>>, signal?: AbortSignal | undefined }} options `variables`: what the launcher will hand to the processes.
 * @returns {Promise<{ settings: Settings, variables: Record<string, string> }>} The variables without those that the operator's YAML sets.
 */
export async function readSettings({ runtime, variables, signal }) {
  const modules = readdirSync(inClone("packages", "modules"), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  let answer = "";
  await runStep(runtime.node, [inClone("tooling/launcher/read-config.mjs"), modules.join(",")], {
    cwd: ROOT,
    env: childEnvironment(runtime.folder, variables),
    signal,
    onLine: (line) => {
      if (line.startsWith("{")) answer = line;
    },
    failure: (details) => new Problem("The configuration cannot be read.", "Put right what is named above and start again.", { details }),
  });
  /** @type {{ settings: Settings, inFile: string[] } | { problem: { message: string, remedy: string } }} */
  const result = JSON.parse(answer);
  if ("problem" in result) throw new Problem(result.problem.message, result.problem.remedy);
  const left = Object.entries(variables).filter(([name]) => !result.inFile.includes(name));
  return { settings: result.settings, variables: Object.fromEntries(left) };
}
