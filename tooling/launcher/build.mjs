import { readdirSync } from "node:fs";
import { childEnvironment, PREPARE_MARK } from "./environment.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { runStep } from "./run-step.mjs";
import { fingerprint, whenChanged } from "./stamp.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @typedef {{ runtime: NodeRuntime, signal?: AbortSignal | undefined }} BuildOptions */

export const CLIENT = "prisma-client";

export function clientPrint() {
  return fingerprint(["prisma/schema", "prisma.config.ts", "node_modules/prisma/package.json"]);
}

/**
 * The Prisma client, made from the schema.
 *
 * @param {BuildOptions} options
 */
export function generateClient({ runtime, signal }) {
  return whenChanged(CLIENT, clientPrint(), ["packages/db/generated/prisma/client.ts"], () =>
    run("The database client could not be generated", runtime, ["node_modules/prisma/build/index.js", "generate"], { signal }),
  );
}

/**
 * The pages, as Next serves them.
 *
 * @param {BuildOptions} options
 */
export function buildWeb({ runtime, signal }) {
  const print = fingerprint(["apps/web", ...browserSafe(), "packages/api/src", "tsconfig.base.json", "package-lock.json"], [runtime.version]);
  return whenChanged("web", print, ["apps/web/.next/BUILD_ID"], () =>
    run("The web pages could not be built", runtime, [inClone("node_modules/next/dist/bin/next"), "build"], { signal, cwd: inClone("apps/web"), env: { NODE_ENV: "production" } }),
  );
}

/** Of the kernel what pages can reach: a wall keeps its server side from them. */
function browserSafe() {
  return readdirSync(inClone("packages/shared/src")).filter((name) => name !== "server").map((name) => `packages/shared/src/${name}`);
}

/**
 * @param {string} what
 * @param {NodeRuntime} runtime
 * @param {readonly string[]} args
 * @param {{ signal?: AbortSignal | undefined, cwd?: string, env?: Record<string, string> }} options
 */
async function run(what, runtime, args, { signal, cwd = ROOT, env = {} }) {
  await runStep(runtime.node, args, {
    cwd,
    env: childEnvironment(runtime.folder, { ...env, [PREPARE_MARK]: ROOT }),
    signal,
    failure: (details) => new Problem(`${what}.`, "Put right what is named above and start again.", { details }),
  });
}
