import { configurationServicePermissions, settingChangedEvent } from "@coder/api/configuration-service";
import { configurationServiceClient, configurationServiceRef, configurationServiceRouter } from "@coder/api/configuration-service/router";
import { databaseResource } from "@coder/db";
import { defineModule, handleEvent } from "@coder/shared/server";
import { ConfigurationServiceConfigSchema } from "./config.ts";
import { ConfigurationService } from "./ConfigurationService.ts";
import { settingChangeEntity, settingEntity } from "./entities.ts";
import { SettingsPort } from "./SettingsPort.ts";
import { SettingStore } from "./SettingStore.ts";

export const configurationServiceModule = defineModule({
  name: "configuration-service",
  description: "Settings: one typed truth, and where it came from",
  port: 3047,
  apiBase: ["/api/v1/configuration"],
  service: configurationServiceRef,
  router: configurationServiceRouter,
  needs: ["logging", "secret-management"],
  permissions: configurationServicePermissions,
  tablePrefix: "configuration_",
  entities: [settingEntity, settingChangeEntity],
  config: { schema: ConfigurationServiceConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },
  ports: { settings: ({ client, caller }) => new SettingsPort({ configuration: client(configurationServiceClient), caller }) },

  setup({ config, configCatalogue: catalogue, log, resources: { database } }) {
    const store = new SettingStore({ database });
    const service = new ConfigurationService({ store, catalogue, config, log, now: () => new Date() });
    return {
      service,
      events: [handleEvent(settingChangedEvent, ({ payload }) => service.recordChange(payload))],
    };
  },
});
