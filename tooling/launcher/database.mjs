import { childEnvironment, RUN_MARK, variable } from "./environment.mjs";
import { inClone, ROOT } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { runStep } from "./run-step.mjs";
import { OWNER_ROLE } from "./postgres-cluster.mjs";

/** @import { NodeRuntime } from "./node-runtime.mjs" */
/** @import { Secrets } from "./secrets.mjs" */
/** @import { Settings } from "./settings.mjs" */
/** @import { Step } from "./terminal.mjs" */

const DATABASE = "coder";

/**
 * Who connects how.
 *
 * @typedef {object} DatabasePlan
 * @property {boolean} embedded
 * @property {string | null} ownerUrl For migrations; null when the operator keeps them to themselves.
 * @property {string | null} appUrl Null where nothing is kept in PostgreSQL.
 * @property {string | null} systemUrl
 * @property {boolean} makeRoles
 */

/**
 * Our own server; a server given by one address with the right to make roles; a server whose roles were made by its operator; or none, where rows are on
 * Cosmos DB and queues on Redis.
 *
 * @param {Settings} settings
 * @param {Secrets} secrets
 * @param {number} port Of the embedded server.
 * @returns {DatabasePlan}
 */
export function planDatabase(settings, secrets, port) {
  const { databaseUrl, systemUrl } = settings;
  const ownerUrl = variable("DATABASE_OWNER_URL") ?? null;
  if (databaseUrl !== null && systemUrl !== null) return { embedded: false, ownerUrl, appUrl: databaseUrl, systemUrl, makeRoles: false };
  if (systemUrl !== null) throw new Problem("DATABASE_SYSTEM_URL is set and DATABASE_URL is not.", "Set both, or neither.");
  const embedded = databaseUrl === null && ownerUrl === null;
  if (embedded && settings.provider !== "postgresql" && settings.redisUrl !== null) return { embedded: false, ownerUrl: null, appUrl: null, systemUrl: null, makeRoles: false };
  const owner = ownerUrl ?? databaseUrl ?? `postgresql://${OWNER_ROLE}:${encodeURIComponent(secrets.postgresOwner)}@127.0.0.1:${port}/${DATABASE}`;
  return { embedded, ownerUrl: owner, appUrl: asRole(owner, "app", secrets.postgresApp), systemUrl: asRole(owner, "system", secrets.postgresSystem), makeRoles: true };
}

/**
 * Roles, queue tables, migrations.
 *
 * @param {{ plan: DatabasePlan, secrets: Secrets, runtime: NodeRuntime, step: Step, dataDirectory: string, signal?: AbortSignal | undefined }} options
 */
export async function setUpDatabase({ plan, secrets, runtime, step, dataDirectory, signal }) {
  if (plan.ownerUrl === null) {
    step.detail(plan.appUrl === null ? "none" : "left to the operator (DATABASE_OWNER_URL is unset)");
    return;
  }
  const request = setUpRequest(plan, secrets);
  /** @type {Problem | null} */
  let problem = null;
  await runStep(runtime.node, [inClone("tooling/database/main.ts")], {
    cwd: ROOT,
    env: childEnvironment(runtime.folder, { [RUN_MARK]: dataDirectory }),
    signal,
    input: JSON.stringify(request),
    onLine: (line) => {
      if (!line.startsWith("{")) return;
      const message = JSON.parse(line);
      if (message.kind === "progress") step.progress(message.done, message.total, message.what);
      if (message.kind === "done") step.detail(message.detail);
      if (message.kind === "problem") problem = new Problem(message.message, message.remedy, { details: message.details });
    },
    failure: (details) => problem ?? new Problem("The database could not be made ready.", "Put right what is named above and start again.", { details }),
  });
}

/**
 * What tooling/database is told.
 *
 * @param {DatabasePlan} plan
 * @param {Secrets} secrets
 */
export function setUpRequest(plan, secrets) {
  return {
    ownerUrl: plan.ownerUrl,
    roles: plan.makeRoles ? { app: { name: userOf(plan.appUrl), password: secrets.postgresApp }, system: { name: userOf(plan.systemUrl), password: secrets.postgresSystem } } : null,
    queueRole: userOf(plan.appUrl),
  };
}

/**
 * Roles belong to the whole server: each database has its own, named after it, so that two installations on one server keep out of each other's way.
 *
 * @param {string} url
 * @param {"app" | "system"} role
 * @param {string} password
 */
function asRole(url, role, password) {
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(`${decodeURIComponent(parsed.pathname.slice(1))}_${role}`);
  parsed.password = encodeURIComponent(password);
  return parsed.toString();
}

/** @param {string | null} url */
function userOf(url) {
  return url === null ? "" : decodeURIComponent(new URL(url).username);
}
