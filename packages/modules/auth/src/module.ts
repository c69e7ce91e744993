import { authPermissions } from "@coder/api/auth";
import { authClient, authRef, authRouter } from "@coder/api/auth/router";
import { membershipChangedEvent } from "@coder/api/user-management";
import { userManagementClient } from "@coder/api/user-management/router";
import { databaseResource } from "@coder/db";
import { defineModule, handleEvent, handleJob } from "@coder/shared/server";
import { assembleAuth } from "./assemble.ts";
import { AuthConfigSchema } from "./config.ts";
import { directoryOf } from "./directory.ts";
import { accountEntity, sessionEntity, throttleEntity, verificationEntity } from "./entities.ts";
import { cleanUpSessionsJob } from "./jobs/definitions.ts";
import { SessionPort } from "./SessionPort.ts";

export const authModule = defineModule({
  name: "auth",
  description: "Proves who somebody is and runs the life of a sign-in",
  port: 3021,
  apiBase: ["/api/v1/auth"],
  service: authRef,
  router: authRouter,
  needs: ["user-management"],
  permissions: authPermissions,
  tablePrefix: "auth_",
  entities: [sessionEntity, accountEntity, verificationEntity, throttleEntity],
  config: { schema: AuthConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },
  ports: { sessions: ({ client, caller }) => new SessionPort({ auth: client(authClient), caller }) },

  setup({ config, kernel, client, log, resources: { database } }) {
    const { host, port, publicUrl } = kernel.server;
    const { service, sessions, clock, hasher, lastUse } = assembleAuth({
      database,
      config,
      log,
      users: directoryOf(client(userManagementClient)),
      secret: kernel.secrets.session,
      baseUrl: publicUrl ?? `http://${host}:${port}`,
      now: Date.now,
      monotonic: () => performance.now(),
    });
    return {
      service,
      jobs: [handleJob(cleanUpSessionsJob, async () => (await import("./jobs/clean-up-sessions.handler.ts")).cleanUpSessionsHandler({ database, config, clock }))],
      events: [
        handleEvent(membershipChangedEvent, async ({ id, payload: { userId, organizationId, after } }) => {
          if (after?.status !== "active") await sessions.leaveOrganization(userId, organizationId, id);
        }),
      ],
      health: { passwords: () => hasher.health(), clock: () => clock.health() },
      stop: () => lastUse.flush(),
    };
  },
});
