import type pg from "pg";
import { z } from "zod";

const Table = z.object({ name: z.string(), enabled: z.boolean(), forced: z.boolean() });
const Policy = z.object({ table: z.string(), name: z.string(), roles: z.array(z.string()), command: z.string(), using: z.string().nullable(), check: z.string().nullable() });
const Grant = z.object({ table: z.string(), role: z.string(), privilege: z.string() });
const Column = z.object({ table: z.string(), name: z.string(), type: z.string(), nullable: z.boolean(), defaulted: z.boolean() });
const Index = z.object({ table: z.string(), name: z.string(), unique: z.boolean(), primary: z.boolean(), columns: z.array(z.string()) });

/** What the database itself says about its tables in the schema public. */
export interface Catalogue {
  readonly tables: readonly z.infer<typeof Table>[];
  readonly policies: readonly z.infer<typeof Policy>[];
  readonly grants: readonly z.infer<typeof Grant>[];
  readonly columns: readonly z.infer<typeof Column>[];
  readonly indexes: readonly z.infer<typeof Index>[];
}

const TABLES = `
  select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced
  from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`;
const POLICIES = `
  select tablename as table, policyname as name, roles::text[] as roles, cmd as command, qual as using, with_check as check
  from pg_policies where schemaname = 'public' order by tablename, policyname`;
const GRANTS = `
  select c.relname as table, coalesce(r.rolname, 'public') as role, a.privilege_type as privilege
  from pg_class c cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.grantee <> c.relowner`;
const COLUMNS = `
  select c.relname as table, a.attname as name, t.typname as type, not a.attnotnull as nullable, a.atthasdef as defaulted
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`;
const INDEXES = `
  select c.relname as table, i.relname as name, x.indisunique as unique, x.indisprimary as primary,
    array(select a.attname::text from unnest(x.indkey::int[]) with ordinality k(number, place) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number order by k.place) as columns
  from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
  where c.relnamespace = 'public'::regnamespace`;

/** Reads the catalogue as the owner of the tables. */
export async function readCatalogue(client: Pick<pg.Client, "query">): Promise<Catalogue> {
  const read = async <Row extends z.ZodType>(schema: Row, text: string): Promise<z.output<Row>[]> => z.array(schema).parse((await client.query(text)).rows);
  return {
    tables: await read(Table, TABLES),
    policies: await read(Policy, POLICIES),
    grants: await read(Grant, GRANTS),
    columns: await read(Column, COLUMNS),
    indexes: await read(Index, INDEXES),
  };
}
