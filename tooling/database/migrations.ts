import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { MIGRATION_PROGRESS } from "../launcher/prisma-environment.mjs";
import { sqlState } from "./connect.ts";
import { DatabaseProblem } from "./protocol.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRESS_MS = 200;

export interface MigrateOptions {
  readonly client: pg.Client;
  readonly ownerUrl: string;
  /** Default: the clone's own. */
  readonly folder?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Applies what is pending with the ordinary Prisma CLI over our schema engine: all of it in one transaction, so a failure leaves the database, its record
 * of migrations included, as the version before left it. Asks the database first: nothing pending costs one query and no CLI.
 */
export async function migrate({ client, ownerUrl, folder = join(ROOT, "prisma", "migrations"), onProgress }: MigrateOptions): Promise<number> {
  const shipped = shippedMigrations(folder);
  const applied = await appliedMigrations(client);
  const unknown = applied.filter((name) => !shipped.includes(name));
  if (unknown.length > 0) {
    throw new DatabaseProblem(
      `The database was written by a newer version of the product: it has ${unknown.length === 1 ? "the migration" : "the migrations"} ${unknown.join(", ")}, which this one does not know.`,
      "Start the newer version, or restore a backup of this version into a new data directory.",
    );
  }
  const pending = shipped.filter((name) => !applied.includes(name));
  if (pending.length === 0) return 0;
  if (applied.length === 0) await refuseForeignTables(client);
  await deploy({ ownerUrl, folder, total: pending.length, onProgress });
  return pending.length;
}

export function shippedMigrations(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "migration.sql"))).sort();
}

export async function appliedMigrations(client: pg.Client): Promise<readonly string[]> {
  try {
    const { rows } = await client.query<{ name: string }>("select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null order by name");
    return rows.map(({ name }) => name);
  } catch (error) {
    if (sqlState(error) === "42P01") return [];
    throw error;
  }
}

/** Nothing of ours and something of others: an address that was meant for another program. */
async function refuseForeignTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>("select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> '_prisma_migrations' order by 1 limit 5");
  if (rows.length === 0) return;
  const { rows: names } = await client.query<{ name: string }>("select current_database() as name");
  throw new DatabaseProblem(`The database ${names[0]?.name} holds tables of another program (${rows.map(({ name }) => name).join(", ")}).`, "Give the product a database of its own, in DATABASE_URL.");
}

async function deploy(options: { ownerUrl: string; folder: string; total: number; onProgress: MigrateOptions["onProgress"] }): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "coder-migrate-"));
  const progress = join(scratch, "progress");
  const timer = setInterval(() => options.onProgress?.(countLines(progress), options.total), PROGRESS_MS);
  try {
    const child = spawn(process.execPath, [join(ROOT, "node_modules/prisma/build/index.js"), "migrate", "deploy", "--config", join(ROOT, "prisma.config.ts")], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_OWNER_URL: options.ownerUrl, MIGRATIONS_FOLDER: options.folder, [MIGRATION_PROGRESS]: progress },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output = (output + data.toString()).slice(-4_096)));
    const [code] = await once(child, "close");
    if (code === 0) return;
    throw new DatabaseProblem("A migration failed. The database was left as it was, so the version before this one can be started.", "Report what stands above; start the version before this one meanwhile.", cleaned(output));
  } finally {
    clearInterval(timer);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function countLines(path: string): number {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

/** What the CLI says of the failure, without its notices. */
function cleaned(output: string): string {
  const start = output.indexOf("Error:");
  return (start < 0 ? output : output.slice(start)).trim();
}
