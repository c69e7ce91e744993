import { defineConfig } from "prisma/config";
import { migrationsFolder, migrationUrl, useOwnSchemaEngine } from "./tooling/launcher/prisma-environment.mjs";

useOwnSchemaEngine();
const url = migrationUrl();

export default defineConfig({
  schema: "prisma/schema",
  migrations: { path: migrationsFolder() },
  ...(url === undefined ? {} : { datasource: { url } }),
});
