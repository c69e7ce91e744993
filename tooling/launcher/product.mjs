import { pathToFileURL } from "node:url";
import { isExposed, localUrl } from "./address.mjs";
import { pageEnvironment, variable } from "./environment.mjs";
import { inClone } from "./paths.mjs";
import { accepts, answers, nodeService } from "./services.mjs";

/** @import { DatabasePlan } from "./database.mjs" */
/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { DataPaths } from "./paths.mjs" */
/** @import { Secrets } from "./secrets.mjs" */
/** @import { Settings } from "./settings.mjs" */
/** @import { ProcessSpec } from "./supervised-process.mjs" */

const GUARD = pathToFileURL(inClone("tooling/launcher/child-guard.mjs")).href;

/**
 * Secrets that the launcher generated, for processes whose operator did not set them.
 *
 * @param {DataPaths} paths
 * @param {Secrets} secrets
 * @returns {Record<string, string>}
 */
export function baseVariables(paths, secrets) {
  const generated = Object.entries({ SESSION_SECRET: secrets.session, SERVICE_TOKEN_SECRET: secrets.serviceToken });
  return { CODER_DATA: paths.directory, ...Object.fromEntries(generated.filter(([name]) => !variable(name) && !variable(`${name}_FILE`))) };
}

/**
 * What the gateway, the worker and a module on its own get to know.
 *
 * @param {{ variables: Readonly<Record<string, string>>, plan: DatabasePlan, settings: Settings, secrets: Secrets, mode: "production" | "development" }} options
 * @returns {Record<string, string | undefined>}
 */
export function hostEnvironment({ variables, plan, settings, secrets, mode }) {
  return {
    ...variables,
    NODE_ENV: mode,
    DATABASE_URL: plan.appUrl ?? undefined,
    DATABASE_SYSTEM_URL: plan.systemUrl ?? undefined,
    // Only migrations are for the owner.
    DATABASE_OWNER_URL: undefined,
    SETUP_CODE: variable("SETUP_CODE") ?? (isExposed(settings) ? secrets.setupCode : undefined),
  };
}

/**
 * The product's own three processes.
 *
 * @param {object} options
 * @param {DataPaths} options.paths
 * @param {NodeRuntime} options.runtime
 * @param {Settings} options.settings
 * @param {number} options.webPort
 * @param {Readonly<Record<string, string | undefined>>} options.environment
 * @param {boolean} options.watch Take over changed sources while running.
 * @returns {{ web: ProcessSpec, gateway: ProcessSpec, worker: ProcessSpec }}
 */
export function productServices({ paths, runtime, settings, webPort, environment, watch }) {
  const common = { paths, runtime, drainSeconds: settings.drainSeconds };
  const webUrl = `http://127.0.0.1:${webPort}`;
  const sources = watch ? ["--watch", "--watch-preserve-output"] : [];
  const gatewayUrl = localUrl(settings.host, settings.port);
  return {
    web: nodeService({
      ...common,
      name: "web",
      args: ["--import", GUARD, inClone("node_modules/next/dist/bin/next"), watch ? "dev" : "start", "--port", String(webPort), "--hostname", "127.0.0.1"],
      cwd: inClone("apps/web"),
      environment: pageEnvironment,
      env: { NODE_ENV: environment["NODE_ENV"], _CODER_LAUNCHER: String(process.pid) },
      // In development a page is compiled when it is first asked for: asking here would only put it off.
      isReady: () => (watch ? accepts(webPort) : answers(webUrl, 500)),
    }),
    gateway: nodeService({
      ...common,
      name: "gateway",
      args: [...sources, inClone("apps/gateway/src/main.ts"), ...(watch ? ["--development"] : [])],
      env: { ...environment, PORT: String(settings.port), WEB_URL: webUrl },
      isReady: () => answers(`${gatewayUrl}/ready`, 300),
    }),
    worker: nodeService({ ...common, name: "worker", args: [...sources, inClone("apps/worker/src/main.ts")], env: { ...environment, WEB_URL: webUrl }, isReady: (_, told) => told }),
  };
}
