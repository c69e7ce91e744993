import { sampleModulePermissions } from "@coder/api/sample-module";
import { sampleModuleRef, sampleModuleRouter } from "@coder/api/sample-module/router";
import { databaseResource } from "@coder/db";
import { defineModule } from "@coder/shared/server";
import { SampleModuleConfigSchema } from "./config.ts";
import { itemEntity } from "./entities.ts";
import { SampleModuleService } from "./SampleModuleService.ts";

export const sampleModuleModule = defineModule({
  name: "sample-module",
  description: "What it is for, in one sentence",
  port: 39999,
  apiBase: ["/api/v1/sample-module"],
  service: sampleModuleRef,
  router: sampleModuleRouter,
  needs: [],
  permissions: sampleModulePermissions,
  tablePrefix: "sample_",
  entities: [itemEntity],
  config: { schema: SampleModuleConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },

  setup({ config, resources: { database } }) {
    return { service: new SampleModuleService({ database, config, now: () => new Date() }) };
  },
});
