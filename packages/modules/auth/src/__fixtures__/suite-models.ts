import { defineEntity, type IDatabase } from "@coder/db";
import type { BetterAuthOptions } from "better-auth";
import { getAuthTables } from "better-auth/db";
import { z } from "zod";
import { createAuthAdapter } from "../better-auth/adapter.ts";
import { RepositoryModelStore } from "../better-auth/RepositoryModelStore.ts";

type Tables = ReturnType<typeof getAuthTables>;
type Field = Tables[string]["fields"][string];

/** Options that keep the suites' output to their results. */
export const QUIET = { baseURL: "http://localhost:3000", logger: { disabled: true } } satisfies BetterAuthOptions;

/** better-auth's published suites invent tables and columns as they go. This makes entities of them, as a migration would. */
export function suiteEntity(options: BetterAuthOptions, table: string) {
  const definition = Object.values(getAuthTables(options)).find(({ modelName }) => modelName === table);
  if (!definition) throw new Error(`There is no table ${table}`);
  const name = table.replaceAll(/[^A-Za-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());
  const columns = Object.entries(definition.fields).map(([name, field]) => [field.fieldName ?? name, columnOf(field)] as const);
  return defineEntity({
    table: `suite_${name.toLowerCase()}`,
    model: `Suite${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    schema: z.object({ id: z.string(), ...Object.fromEntries(columns) }).catchall(ColumnSchema),
    tenancy: "system",
  });
}

const ColumnSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

function columnOf({ type, required }: Field): z.ZodType<z.output<typeof ColumnSchema>> {
  const column = type === "date" ? z.iso.datetime() : type === "number" ? z.number() : type === "boolean" ? z.boolean() : z.string();
  return required === true ? column : column.nullable();
}

/** All their tables: what the walls are made for. The columns do not matter for that. */
export const SUITE_ENTITIES = ["user", "usercustom", "usertable", "session", "account", "verification", "testmodel", "onetoonetable", "organization", "team", "teammember", "member", "invitation"].map((name) =>
  defineEntity({ table: `suite_${name}`, model: name, schema: z.object({ id: z.string() }), tenancy: "system" }),
);

/** The adapter under test, with every model in a repository of `database`. */
export function suiteAdapter(database: IDatabase, options: BetterAuthOptions, entityOf: typeof suiteEntity = suiteEntity) {
  return createAuthAdapter((_model, table) => {
    const entity = entityOf(options, table);
    const columns: Record<string, z.ZodType> = entity.schema.shape;
    const fields = Object.keys(columns);
    const sortable = fields.filter((field) => !(columns[field] instanceof z.ZodNullable));
    return new RepositoryModelStore({ repository: () => database.system("sign-in").repository(entity), fields, sortable });
  });
}
