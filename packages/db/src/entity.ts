import { z } from "zod";

/**
 * Whose rows a table holds. `organization` and `user` rows are reached through `db.for(caller)` only and bound to the caller by
 * every query and by row-level security; `system` rows through `db.system(reason)` only.
 */
export type Tenancy = "organization" | "user" | "system";

type FieldOf<Schema extends z.ZodObject> = keyof z.output<Schema> & string;

/** All that a store needs to know of an entity. One generic repository per store is made from it. */
export interface EntityDescriptor<Schema extends z.ZodObject = z.ZodObject> {
  /** `module_tablename`, also the Cosmos container. */
  readonly table: string;
  /** The Prisma model's name. */
  readonly model: string;
  /** The row: `id`, its tenant field (`organizationId` or `userId`), JSON types only; times are ISO strings in UTC. */
  readonly schema: Schema;
  readonly tenancy: Tenancy;
  /** What one row is to people, in lower case: a missing one is then a missing `trash entry`, with the code `trash_entry_not_found`. */
  readonly noun?: string | undefined;
  /** Rows are added and read, never changed or taken away: the repository refuses it, and on PostgreSQL the database too. */
  readonly appendOnly?: true | undefined;
  /** Field sets that no two rows share (within the tenant, where there is one). Rows with a null in the set never collide. */
  readonly unique?: readonly (readonly FieldOf<Schema>[])[];
  /** Field sets that queries filter or sort by; documented here, created by the migration. */
  readonly indexes?: readonly (readonly FieldOf<Schema>[])[];
}

/** The field that names a row's tenant. */
export const TENANT_FIELD = { organization: "organizationId", user: "userId", system: null } as const satisfies Record<Tenancy, string | null>;

/** Declares an entity. Throws at once when the descriptor cannot work, so that the mistake shows where it was made. */
export function defineEntity<Schema extends z.ZodObject>(descriptor: EntityDescriptor<Schema>): EntityDescriptor<Schema> {
  const fault = faultOf(descriptor);
  if (fault) throw new Error(`Entity ${descriptor.table}: ${fault}`);
  return descriptor;
}

function faultOf(entity: EntityDescriptor): string | null {
  const shape = entity.schema.shape;
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(entity.table)) return "the table's name must read module_tablename";
  if (entity.noun !== undefined && !/^[a-z]+( [a-z]+)*$/.test(entity.noun)) return "the noun is lower-case words";
  const tenant = TENANT_FIELD[entity.tenancy];
  for (const field of ["id", ...(tenant ? [tenant] : [])]) if (!shape[field]) return `the schema lacks the field ${field}`;
  if (shape["etag"]) return "etag is kept by the store and is no field of the schema";
  const optional = Object.keys(shape).find((field) => shape[field] instanceof z.ZodOptional);
  if (optional) return `${optional} is optional; a stored row has every field, so make it nullable`;
  const named = [...(entity.unique ?? []), ...(entity.indexes ?? [])].flat();
  const unknown = named.find((field) => !shape[field]);
  return unknown ? `${unknown} is named in an index but is no field of the schema` : null;
}

export type RowOf<Entity> = Entity extends EntityDescriptor<infer Schema> ? z.output<Schema> : never;
