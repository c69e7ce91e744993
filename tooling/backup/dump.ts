import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { appliedMigrations } from "../database/migrations.ts";
import type { ArchiveWriter } from "./archive-writer.ts";
import { readSequences, readTables, type Table } from "./database-shape.ts";
import type { Manifest, TableEntry } from "./manifest.ts";
import { BackupProblem } from "./problem.ts";

const NEWLINE = 10;

export type DatabasePart = Pick<Manifest, "postgres" | "migrations" | "tables" | "sequences">;

/** Every row of every table as it was at one moment, whatever is written meanwhile. The same data gives the same bytes. */
export async function dumpDatabase(client: pg.Client, archive: ArchiveWriter, onProgress: (done: number, total: number) => void): Promise<DatabasePart> {
  await client.query("begin isolation level repeatable read read only");
  // Without this, a role that row-level security binds would silently back up nothing; with it, the query fails.
  await client.query("set local row_security = off");
  const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
  const migrations = [...(await appliedMigrations(client))];
  const tables = await readTables(client);
  const entries: TableEntry[] = [];
  for (const [index, table] of tables.entries()) {
    onProgress(index, tables.length);
    entries.push(await dumpTable(client, archive, table));
  }
  const sequences = [...(await readSequences(client, pg.escapeIdentifier))];
  await client.query("commit");
  return { postgres: rows[0]?.version ?? "", migrations, tables: entries, sequences };
}

async function dumpTable(client: pg.Client, archive: ArchiveWriter, { schema, name, columns, key }: Table): Promise<TableEntry> {
  const quoted = columns.map(pg.escapeIdentifier).join(", ");
  const order = key.length > 0 ? ` order by ${key.map(pg.escapeIdentifier).join(", ")}` : "";
  const stream = client.query(copyTo(`copy (select ${quoted} from ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}${order}) to stdout`));
  let rows = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      // One line per row: COPY writes a newline inside a value as \n.
      for (const byte of chunk) if (byte === NEWLINE) rows += 1;
      yield chunk;
    }
  }
  const entry = `tables/${schema}.${name}`;
  try {
    return { schema, name, columns, entry, ...(await archive.add(entry, counted())), rows };
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === "42501") {
      throw new BackupProblem(`The table ${schema}.${name} cannot be read as a whole: ${error.message}.`, "Set DATABASE_OWNER_URL to a role that owns the tables and has BYPASSRLS, or back the database up with its own tools.", { cause: error });
    }
    throw error;
  }
}
