import { planDatabase } from "./database.mjs";
import { choosePort, clearLeftovers, ensureCluster } from "./postgres-cluster.mjs";
import { postgresPrograms } from "./postgres-programs.mjs";
import { postgresUser } from "./postgres-user.mjs";
import { postgresService } from "./services.mjs";

/** @import { DatabasePlan } from "./database.mjs" */
/** @import { DataPaths } from "./paths.mjs" */
/** @import { Secrets } from "./secrets.mjs" */
/** @import { Settings } from "./settings.mjs" */
/** @import { Supervisor } from "./supervisor.mjs" */
/** @import { Step } from "./terminal.mjs" */

/**
 * Decides who connects how, and starts the embedded server where it is wanted.
 *
 * @param {{ settings: Settings, secrets: Secrets, paths: DataPaths, supervisor: Supervisor, step: Step, signal: AbortSignal }} options
 * @returns {Promise<DatabasePlan>}
 */
export async function startDatabase({ settings, secrets, paths, supervisor, step, signal }) {
  const plan = planDatabase(settings, secrets, await choosePort(paths));
  const url = plan.ownerUrl ?? plan.appUrl;
  if (!plan.embedded || url === null) {
    step.detail(url === null ? "not needed" : `the server at ${new URL(url).host}`);
    return plan;
  }
  const { postgres, initdb } = postgresPrograms();
  const user = postgresUser(postgres);
  const isNew = await ensureCluster({ paths, initdb, user, password: secrets.postgresOwner, signal });
  const found = await clearLeftovers(paths);
  const port = Number(new URL(url).port);
  await supervisor.start([[postgresService({ paths, program: postgres, user, port })]], { signal });
  step.detail([`127.0.0.1:${port}`, isNew ? "new" : null, found].filter(Boolean).join(", "));
  return plan;
}
