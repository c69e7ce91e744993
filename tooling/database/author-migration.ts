// Writes the next migration: what the Prisma schema changed, and the row-level security that the entity descriptors ask for.
// `npm run db:migration -- NAME`; `--reset` replaces all migrations by one, while nothing is deployed yet.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { expectedWalls, foundationSql, readCatalogue, tableFaults, wallFaults, wallSql, type EntityDescriptor } from "@coder/db";
import { createTestDatabase } from "@coder/testing";
import type pg from "pg";
import { withClient } from "./connect.ts";
import { readEntities } from "./entities.ts";
import { shippedMigrations } from "./migrations.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = path.join(ROOT, "prisma/migrations");
const LOCK = 'provider = "postgresql"\n';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { reset: { type: "boolean", default: false } } });
const [given = ""] = positionals;
const name = given.replaceAll("-", "_");
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error("Name the migration after what it does, in small letters: npm run db:migration -- add_teams");
  process.exit(1);
}

const entities = await readEntities();
const scratch = await createTestDatabase("empty");
try {
  const sql = await withClient(scratch.ownerUrl, (client) => author(client, scratch.ownerUrl));
  if (sql === "" && !process.exitCode) console.log("Nothing changed: the migrations already say what the schema and the descriptors say.");
  if (sql !== "") console.log(`Wrote ${save(sql)}`);
} finally {
  await scratch.drop();
}

async function author(client: pg.Client, url: string): Promise<string> {
  if (!values.reset) for (const migration of shippedMigrations(FOLDER)) await client.query(readFileSync(path.join(FOLDER, migration, "migration.sql"), "utf8"));
  const tables = await schemaChanges(url);
  await client.query(tables);
  const walls = await wallChanges(client, entities);
  await client.query(walls);
  const faults = await remainingFaults(client, entities);
  if (faults.length > 0) {
    console.error(`The schema and the descriptors disagree:\n${faults.join("\n")}`);
    process.exitCode = 1;
    // A reset is repeated until all agree; a migration that would have to be taken back is not written.
    if (!values.reset) return "";
  }
  return [tables, walls].filter(Boolean).join("\n");
}

/** The difference between a database with all migrations and the schema, by Prisma's own engine. */
async function schemaChanges(url: string): Promise<string> {
  const prisma = path.join(ROOT, "node_modules/prisma/build/index.js");
  const args = [prisma, "migrate", "diff", "--from-config-datasource", "--to-schema", path.join(ROOT, "prisma/schema"), "--script"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, DATABASE_OWNER_URL: url }, maxBuffer: 64e6 });
  return stdout.includes("This is an empty migration") ? "" : `${stdout.trim()}\n`;
}

/** Statements for the tables whose guards are not what their descriptors ask for. */
async function wallChanges(client: pg.Client, present: readonly EntityDescriptor[]): Promise<string> {
  const foundation = await changedFoundation(client);
  if (foundation) await client.query(foundation);
  const walls = expectedWalls(present);
  const catalogue = await readCatalogue(client);
  const faulty = wallFaults(catalogue, walls);
  const statements = walls
    .filter(({ table }) => faulty.has(table) && catalogue.tables.some(({ name }) => name === table))
    .map((wall) => `-- ${wall.table}\n${wallSql(wall, catalogue.policies.filter(({ table }) => table === wall.table).map(({ name }) => name))}`);
  return [foundation && `-- For whom a statement runs\n${foundation}`, ...statements].filter(Boolean).join("\n\n");
}

async function changedFoundation(client: pg.Client): Promise<string> {
  const sql = foundationSql();
  const { rows } = await client.query<{ source: string }>("select prosrc as source from pg_proc where pronamespace = 'public'::regnamespace and proname like 'app\\_%'");
  const bodies = sql.split("\n").flatMap((line) => /^create or replace function .* as \$\$(.*)\$\$;$/.exec(line)?.[1] ?? []);
  return bodies.every((body) => rows.some(({ source }) => source === body)) ? "" : sql;
}

async function remainingFaults(client: pg.Client, present: readonly EntityDescriptor[]): Promise<string[]> {
  const catalogue = await readCatalogue(client);
  const walls = [...wallFaults(catalogue, expectedWalls(present))];
  const there = present.filter(({ table }) => catalogue.tables.some(({ name }) => name === table));
  const tables = there.map((entity) => [entity.table, tableFaults(catalogue, entity)] as const);
  return [...walls, ...tables].flatMap(([table, faults]) => faults.map((fault) => `  ${table}: ${fault}`));
}

function save(sql: string): string {
  if (values.reset && existsSync(FOLDER)) for (const old of readdirSync(FOLDER)) rmSync(path.join(FOLDER, old), { recursive: true });
  const stamp = new Date().toISOString().replace(/[-:T]|\..*/g, "");
  const file = path.join(FOLDER, `${stamp}_${name}`, "migration.sql");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, sql);
  writeFileSync(path.join(FOLDER, "migration_lock.toml"), LOCK);
  return path.relative(ROOT, file);
}
