import type pg from "pg";
import { z } from "zod";
import type { SequenceEntry } from "./manifest.ts";

/** Our own tables and BullMQ's. */
const SCHEMAS = ["public", "bullmq"];
/** Records of what was migrated: the restoring version writes its own. */
const LEDGERS = ["public._prisma_migrations", "bullmq.migration"];

const TablesSchema = z.array(
  z.object({ schema: z.string(), name: z.string(), columns: z.array(z.string()), key: z.array(z.string()), needs: z.array(z.string()) }),
);
export type Table = z.infer<typeof TablesSchema>[number];

const TABLES = `
  select n.nspname as schema, c.relname as name,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    coalesce((select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)) from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary), '{}') as key,
    coalesce((select array_agg(distinct rn.nspname || '.' || r.relname) from pg_constraint f join pg_class r on r.oid = f.confrelid join pg_namespace rn on rn.oid = r.relnamespace where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid), '{}') as needs
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any($1) and c.relkind = 'r' and n.nspname || '.' || c.relname <> all($2)
  order by 1, 2`;

/** Every table with data, those that others refer to first. */
export async function readTables(client: pg.Client): Promise<readonly Table[]> {
  const { rows } = await client.query(TABLES, [SCHEMAS, LEDGERS]);
  return inOrder(TablesSchema.parse(rows));
}

function inOrder(tables: readonly Table[]): readonly Table[] {
  const ordered: Table[] = [];
  const waiting = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table]));
  while (waiting.size > 0) {
    const free = [...waiting].filter(([, { needs }]) => !needs.some((name) => waiting.has(name)));
    // Tables that refer to each other in a circle are loaded as they come: their constraints are looked at when all are there.
    for (const [name, table] of free.length > 0 ? free : [...waiting]) {
      ordered.push(table);
      waiting.delete(name);
    }
  }
  return ordered;
}

const SequencesSchema = z.array(z.object({ schema: z.string(), name: z.string(), type: z.string() }));
const ValueSchema = z.tuple([z.object({ value: z.string(), called: z.boolean() })]);

/** Sequences with their values. BullMQ makes one per queue while it runs, so migrations alone do not bring them back. */
export async function readSequences(client: pg.Client, quote: (name: string) => string): Promise<readonly SequenceEntry[]> {
  const { rows } = await client.query("select schemaname as schema, sequencename as name, data_type::text as type from pg_sequences where schemaname = any($1) order by 1, 2", [SCHEMAS]);
  const sequences: SequenceEntry[] = [];
  for (const { schema, name, type } of SequencesSchema.parse(rows)) {
    const { rows: values } = await client.query(`select last_value::text as value, is_called as called from ${quote(schema)}.${quote(name)}`);
    sequences.push({ schema, name, type, ...ValueSchema.parse(values)[0] });
  }
  return sequences;
}
