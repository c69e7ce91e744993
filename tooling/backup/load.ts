import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { from as copyFrom, type CopyStreamQuery } from "pg-copy-streams";
import { migrateQueueSchema } from "@coder/shared/server";
import { finished } from "node:stream/promises";
import { once } from "node:events";
import { appliedMigrations, migrate, shippedMigrations } from "../database/migrations.ts";
import { readParts } from "./archive-reader.ts";
import { readTables } from "./database-shape.ts";
import type { Manifest, TableEntry } from "./manifest.ts";
import { BackupProblem } from "./problem.ts";

export interface LoadOptions {
  readonly client: pg.Client;
  readonly ownerUrl: string;
  readonly archive: string;
  readonly manifest: Manifest;
  readonly migrations: string;
  readonly queueRole: string;
  readonly onProgress: (done: number, total: number) => void;
}

/** Brings an empty database to the state of the backup, and then, with what this version adds, up to date. */
export async function loadDatabase(options: LoadOptions): Promise<void> {
  const { client, ownerUrl, manifest, migrations, queueRole } = options;
  if ((await appliedMigrations(client)).length > 0) throw new BackupProblem("The database is not empty.", "Restore into a new data directory, or, with DATABASE_URL, into a new database.");
  const missing = manifest.migrations.filter((name) => !shippedMigrations(migrations).includes(name));
  if (missing.length > 0) throw new BackupProblem(`The backup was made by a newer version of the product (migration ${missing.join(", ")}).`, "Restore it with that version.");
  await migrateQueueSchema(ownerUrl, { grantTo: queueRole });
  await migrateTo(manifest.migrations, options);
  await loadRows(options);
  await migrate({ client, ownerUrl, folder: migrations });
  // New sequences of queues get their rights.
  await migrateQueueSchema(ownerUrl, { grantTo: queueRole });
}

/** Applies the migrations that the backup had and no more: its rows have the shape of that moment. */
async function migrateTo(names: readonly string[], { client, ownerUrl, migrations }: LoadOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "coder-restore-"));
  try {
    for (const name of names) cpSync(join(migrations, name), join(folder, name), { recursive: true });
    cpSync(join(migrations, "migration_lock.toml"), join(folder, "migration_lock.toml"));
    await migrate({ client, ownerUrl, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loadRows({ client, archive, manifest, onProgress }: LoadOptions): Promise<void> {
  await client.query("begin");
  await client.query("set local row_security = off");
  await withoutTriggers(client);
  await client.query("set constraints all deferred");
  const tables = new Map(manifest.tables.map((table) => [table.entry, table]));
  const present = (await readTables(client)).map(nameOf);
  // Migrations may have written first rows; the backup has them as they became.
  if (present.length > 0) await client.query(`truncate ${present.join(", ")}`);
  let done = 0;
  let current: { table: TableEntry; stream: CopyStreamQuery } | null = null;
  const close = async (): Promise<void> => {
    if (current === null) return;
    current.stream.end();
    await finished(current.stream);
    if (current.stream.rowCount !== current.table.rows) throw new BackupProblem(`${current.stream.rowCount} rows of ${nameOf(current.table)} were restored instead of ${current.table.rows}.`, "Take another backup file.");
    done += 1;
    onProgress(done, manifest.tables.length);
    current = null;
  };
  for await (const { entry, content } of readParts(archive)) {
    const table = tables.get(entry);
    if (!table) continue;
    if (current?.table.entry !== entry) {
      await close();
      current = { table, stream: client.query(copyFrom(`copy ${nameOf(table)} (${table.columns.map(pg.escapeIdentifier).join(", ")}) from stdin`)) };
    }
    if (!current.stream.write(content)) await once(current.stream, "drain");
  }
  await close();
  await setSequences(client, manifest);
  await client.query("commit");
  await compareCounts(client, manifest);
}

/** Constraints held when the rows were written, and triggers have done their work then. Only a superuser may say so; others load in an order that fits. */
async function withoutTriggers(client: pg.Client): Promise<void> {
  await client.query("savepoint triggers");
  try {
    await client.query("set local session_replication_role = replica");
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== "42501") throw error;
    await client.query("rollback to savepoint triggers");
  }
}

async function setSequences(client: pg.Client, { sequences }: Manifest): Promise<void> {
  for (const { schema, name, type, value, called } of sequences) {
    const sequence = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
    if (!/^(smallint|integer|bigint)$/.test(type)) throw new BackupProblem(`The sequence ${sequence} has the unknown type ${type}.`, "Take another backup file.");
    await client.query(`create sequence if not exists ${sequence} as ${type}`);
    await client.query("select setval($1::regclass, $2::bigint, $3)", [sequence, value, called]);
  }
}

async function compareCounts(client: pg.Client, { tables }: Manifest): Promise<void> {
  for (const table of tables) {
    const { rows } = await client.query<{ rows: string }>(`select count(*)::text as rows from ${nameOf(table)}`);
    if (Number(rows[0]?.rows) !== table.rows) throw new BackupProblem(`${nameOf(table)} has ${rows[0]?.rows} rows instead of ${table.rows}.`, "Take another backup file.");
  }
}

function nameOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}
