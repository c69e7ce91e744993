import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { foundationSql, KERNEL_WALLS, wallOf, wallSql, type EntityDescriptor } from "@coder/db";
import { CONTRACT_ENTITIES } from "../contract/entities.ts";
import { REPOSITORY } from "./shared-server.ts";

const run = promisify(execFile);

/** A set of tables that tests clone: how to know it changed, and how to make it. */
export interface Blueprint {
  readonly name: string;
  fingerprint(): Promise<string>;
  /** Makes what lies outside the database, and gives the SQL that fills an empty one. */
  sql(serverUrl: string): Promise<string>;
}

const SCHEMA = join(REPOSITORY, "prisma/schema");
const MIGRATIONS = join(REPOSITORY, "prisma/migrations");
const PRODUCT_CLIENT = join(REPOSITORY, "packages/db/generated");
/** What the generated row-level security is made from. */
const WALL_SOURCES = ["database.ts", "postgres/row-level-security.ts", "postgres/tenancy-sql.ts"];

/** The product's own tables, from its migrations. */
export const productBlueprint: Blueprint = {
  name: "product",
  fingerprint: async () => digest([...(await filesBelow(SCHEMA, ".prisma")), ...(await filesBelow(MIGRATIONS, ".sql"))]),
  sql: async () => {
    await generate(PRODUCT_CLIENT, await digest(await filesBelow(SCHEMA, ".prisma")), SCHEMA);
    const scripts = await Promise.all((await filesBelow(MIGRATIONS, ".sql")).map((file) => readFile(file, "utf8")));
    return scripts.join("\n");
  },
};

/** Nothing at all: for tools that write migrations. */
export const emptyBlueprint: Blueprint = { name: "empty", fingerprint: async () => "1", sql: async () => "" };

/** Tables that are in no migration, because only tests have them. */
export interface TestTables {
  readonly name: string;
  /** A file with their Prisma models. */
  readonly models: string;
  /** Where their Prisma client is put: a folder called `generated`, so that nobody keeps it. */
  readonly client: string;
  readonly entities: readonly EntityDescriptor[];
}

/** Tables for tests with the kernel's own beside them, behind the same walls as the product's. */
export function tablesBlueprint({ name, models, client, entities }: TestTables): Blueprint {
  const kernel = join(SCHEMA, "kernel.prisma");
  const fingerprint = () => digest([models, kernel, ...WALL_SOURCES.map((file) => join(REPOSITORY, "packages/db/src", file))]);
  return {
    name,
    fingerprint,
    sql: async (serverUrl) => {
      // Own servers of single tests need the same SQL again and again.
      const kept = join(client, `${await fingerprint()}.sql`);
      if (existsSync(kept)) return readFile(kept, "utf8");
      const schema = await mkdtemp(join(tmpdir(), `coder-${name}-`));
      try {
        await cp(models, join(schema, `${name}.prisma`));
        await cp(kernel, join(schema, "kernel.prisma"));
        const main = await readFile(join(SCHEMA, "schema.prisma"), "utf8");
        await writeFile(join(schema, "schema.prisma"), main.replace(/output\s*=\s*"[^"]*"/, `output = "${join(client, "prisma")}"`));
        await generate(client, await digest([models, kernel]), schema);
        const tables = await prisma(["migrate", "diff", "--from-empty", "--to-schema", schema, "--script"], serverUrl);
        const sql = [tables, foundationSql(), ...[...KERNEL_WALLS, ...entities.map(wallOf)].map((wall) => wallSql(wall))].join("\n");
        await writeFile(kept, sql);
        return sql;
      } finally {
        await rm(schema, { recursive: true, force: true });
      }
    },
  };
}

/** The tables of the repository contract, one of each tenancy. */
export const contractBlueprint = tablesBlueprint({
  name: "contract",
  models: join(REPOSITORY, "packages/testing/prisma/contract.prisma"),
  client: join(REPOSITORY, "packages/testing/generated"),
  entities: CONTRACT_ENTITIES,
});

async function generate(target: string, fingerprint: string, schema: string): Promise<void> {
  const stamp = join(target, "fingerprint");
  if (existsSync(join(target, "prisma/client.ts")) && (await readFile(stamp, "utf8").catch(() => "")) === fingerprint) return;
  await prisma(["generate", "--schema", schema], "postgresql://127.0.0.1/none");
  await mkdir(target, { recursive: true });
  await writeFile(stamp, fingerprint);
}

async function prisma(args: readonly string[], url: string): Promise<string> {
  const program = join(REPOSITORY, "node_modules/prisma/build/index.js");
  const { stdout } = await run(process.execPath, [program, ...args], { cwd: REPOSITORY, env: { PATH: "/usr/bin:/bin", HOME: tmpdir(), DATABASE_URL: url }, maxBuffer: 64e6 });
  return stdout;
}

async function filesBelow(folder: string, ending: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending) && !name.endsWith(".test.ts")).sort().map((name) => join(folder, name));
}

async function digest(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}
