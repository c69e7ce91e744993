import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Names a file that gets one line for each applied migration. */
export const MIGRATION_PROGRESS = "_CODER_MIGRATION_PROGRESS";

/** Points the Prisma CLI at the product's own schema engine, unless somebody chose another. */
export function useOwnSchemaEngine() {
  process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= fileURLToPath(new URL("../schema-engine/main.mjs", import.meta.url));
  process.env["PRISMA_HIDE_UPDATE_MESSAGE"] ??= "1";
  process.env["CHECKPOINT_DISABLE"] ??= "1";
}

/** Where migrations go: PostgreSQL as the owner of the tables. */
export function migrationUrl() {
  return process.env["DATABASE_OWNER_URL"] ?? process.env["DATABASE_URL"];
}

/** Tests migrate with folders of their own. */
export function migrationsFolder() {
  return process.env["MIGRATIONS_FOLDER"] ?? "prisma/migrations";
}

/** Tells the launcher that one more migration was applied. */
export function reportMigration() {
  const file = process.env[MIGRATION_PROGRESS];
  if (file) appendFileSync(file, "\n");
}
