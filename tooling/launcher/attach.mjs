import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { localUrl } from "./address.mjs";
import { openDataDirectory } from "./data-directory.mjs";
import { planDatabase, setUpDatabase } from "./database.mjs";
import { dataDirectory, variable } from "./environment.mjs";
import { LockHeldError } from "./lock.mjs";
import { dataPaths } from "./paths.mjs";
import { startDatabase } from "./postgres.mjs";
import { Problem, Stopped } from "./problem.mjs";
import { baseVariables, hostEnvironment } from "./product.mjs";
import { endOrphans, RunStateFile } from "./run-state.mjs";
import { ensureSecrets } from "./secrets.mjs";
import { readSettings } from "./settings.mjs";
import { Supervisor } from "./supervisor.mjs";

/** @import { DatabasePlan } from "./database.mjs" */
/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { DataPaths } from "./paths.mjs" */
/** @import { Secrets } from "./secrets.mjs" */
/** @import { Settings } from "./settings.mjs" */
/** @import { Terminal } from "./terminal.mjs" */

const WAIT_MS = 250;
const QUIET_STEP = { progress: () => undefined, detail: () => undefined };

/**
 * The product's database and environment, for a command that works beside the product or without it.
 *
 * @typedef {object} Attached
 * @property {DataPaths} paths
 * @property {Settings} settings
 * @property {DatabasePlan} plan
 * @property {Secrets} secrets
 * @property {Readonly<Record<string, string | undefined>>} environment What a process of the product gets.
 * @property {() => Promise<void>} release
 */

/**
 * Joins the running product, or, when none runs, starts its database for the time of the command.
 *
 * @param {{ runtime: NodeRuntime, terminal: Terminal, command: string, signal: AbortSignal }} options
 * @returns {Promise<Attached>}
 */
export async function attach({ runtime, terminal, command, signal }) {
  for (let told = false; ; ) {
    try {
      return await ownDatabase({ runtime, command, signal });
    } catch (error) {
      const held = error instanceof Problem && error.cause instanceof LockHeldError ? error.cause.holder : null;
      if (held === null) throw error;
      if (held["command"] !== "start" && held["command"] !== "dev") throw error;
      if (typeof held["local"] === "string") return besideProduct({ runtime, signal, gatewayUrl: held["local"] });
      if (!told) terminal.note("  … The product is starting; waiting until it is ready");
      told = true;
      await delay(WAIT_MS, undefined, { signal }).catch(() => {
        throw new Stopped();
      });
    }
  }
}

/** @param {{ runtime: NodeRuntime, signal: AbortSignal, gatewayUrl: string }} options */
async function besideProduct({ runtime, signal, gatewayUrl }) {
  const paths = dataPaths(dataDirectory());
  const secrets = ensureSecrets(paths.secrets);
  const { settings, variables } = await readSettings({ runtime, variables: baseVariables(paths, secrets), signal });
  const plan = planDatabase(settings, secrets, Number(readFileSync(paths.postgresPort, "utf8")));
  // Modules that do not run in the new process are asked for there.
  // A port that the operator set for the product is taken by it: a module beside it has its own.
  const port = variable("PORT") === new URL(gatewayUrl).port ? { PORT: undefined } : {};
  const environment = { GATEWAY_URL: variable("GATEWAY_URL") ?? gatewayUrl, ...hostEnvironment({ variables, plan, settings, secrets, mode: "production" }), ...port };
  return { paths, settings, plan, secrets, environment, release: async () => undefined };
}

/**
 * Takes the data directory and starts its database alone.
 *
 * @param {{ runtime: NodeRuntime, command: string, signal: AbortSignal, restoring?: boolean }} options `restoring`: the backup says how far to migrate.
 * @returns {Promise<Attached>}
 */
export async function ownDatabase({ runtime, command, signal, restoring = false }) {
  const { paths, lock } = await openDataDirectory(dataDirectory(), () => ({ command }), { restoring });
  const stateFile = new RunStateFile(paths);
  const supervisor = new Supervisor({ onChange: (processes) => stateFile.update({ processes }) });
  const killGroups = () => supervisor.killGroups();
  process.once("exit", killGroups);
  const release = async () => {
    await supervisor.stop();
    process.off("exit", killGroups);
    await lock.release();
  };
  try {
    await endOrphans(paths);
    const secrets = ensureSecrets(paths.secrets);
    const { settings, variables } = await readSettings({ runtime, variables: baseVariables(paths, secrets), signal });
    const plan = await startDatabase({ settings, secrets, paths, supervisor, step: QUIET_STEP, signal });
    if (!restoring) await setUpDatabase({ plan, secrets, runtime, step: QUIET_STEP, dataDirectory: paths.directory, signal });
    const environment = { GATEWAY_URL: variable("GATEWAY_URL") ?? localUrl(settings.host, settings.port), ...hostEnvironment({ variables, plan, settings, secrets, mode: "production" }) };
    return { paths, settings, plan, secrets, environment, release };
  } catch (error) {
    await release();
    throw error;
  }
}
