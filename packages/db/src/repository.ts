import type { EventMessage, JobMessage, Page } from "@coder/shared";
import type { EntityDescriptor, RowOf } from "./entity.ts";

type Scalar = string | number | boolean;
type Comparable<Value> = Value extends string | number ? { readonly lt?: Value; readonly lte?: Value; readonly gt?: Value; readonly gte?: Value } : unknown;
/** A field's own value to be equal to it, or operators that must all hold. Lists and JSON are compared by `has` and null only. */
type Condition<Value> =
  | Extract<Value, Scalar | null>
  | ({ readonly in?: readonly Extract<Value, Scalar>[]; readonly ne?: Extract<Value, Scalar | null> } & Comparable<NonNullable<Value>> &
      (NonNullable<Value> extends string ? { readonly prefix?: string; readonly contains?: readonly string[] } : unknown) &
      (NonNullable<Value> extends readonly (infer Item)[] ? { readonly has?: Item } : unknown));

/**
 * All conditions must hold. What this cannot say is a named query, written once per store.
 * `ne` also finds rows where the field is null; the other operators never do. Text compares by code point, times by instant.
 * `contains` looks for each of its texts anywhere, case and all: no index helps it, so narrow the rows down by something else too.
 */
export type Filter<Row> = { readonly [Field in keyof Row]?: Condition<Row[Field]> };

/**
 * What a write leaves behind, stored in its own transaction. A write that changes nothing leaves nothing behind.
 * It names the organization of the row that was written; a write to many rows across tenants is refused unless it is about one organization.
 */
export interface WriteEffects {
  readonly emit?: readonly EventMessage[];
  readonly enqueue?: readonly JobMessage[];
  /** Key of this effect (a job's or event's id), good for this table and tenant. A second write with the same key changes nothing and emits nothing. */
  readonly once?: string;
}

export interface QueryOptions<Row> {
  /** At most this many rows. Default 50, at most 1,000. */
  readonly limit?: number;
  /** `nextCursor` of the page before, for the same filter and sort; none for the first. */
  readonly cursor?: string | null | undefined;
  /** Default by id, ascending. Ties are broken by id, in the same direction. Fields must not be null. */
  readonly sort?: { readonly field: keyof Row & string; readonly direction: "asc" | "desc" };
}

export interface GroupOptions<Row, By extends keyof Row> {
  /** Rows with the same values in these fields are one group. Lists and JSON group nothing. */
  readonly by: readonly By[];
  /** Times and numbers of which each group's smallest and largest are wanted. Those that are null do not count. */
  readonly range?: readonly (keyof Row & string)[];
  /** At most this many groups, the largest first. Default 100, at most 1,000. */
  readonly limit?: number;
}

export interface Group<Row, By extends keyof Row> {
  readonly key: Pick<Row, By>;
  readonly count: number;
  /** By the fields of `range`. */
  readonly smallest: { readonly [Field in keyof Row]?: Row[Field] | null };
  readonly largest: { readonly [Field in keyof Row]?: Row[Field] | null };
}

/** New rows of another table, for the same tenant. */
export interface RowsBeside<Entity extends EntityDescriptor> {
  readonly entity: Entity;
  readonly rows: readonly RowOf<Entity>[];
}

export interface PutOptions<Row, Beside extends EntityDescriptor> {
  /** The number that says which of two rows is newer. */
  readonly newer: keyof Row & string;
  /** Added where something of the put is written, and not otherwise. On Cosmos a step of its own behind it: fails that, the put is written all the same. */
  readonly beside?: RowsBeside<Beside> | undefined;
}

/** A row with the tag of its present version. */
export type Stored<Row> = Row & { readonly etag: string };

export interface UpdateOptions<Row> extends WriteEffects {
  /** Write only over this version: `version_conflict` (409) otherwise. */
  readonly etag?: string;
  /** Write only while the stored row meets this: `condition_failed` (412) otherwise. */
  readonly where?: Filter<Row>;
}

/**
 * The same contract in memory, on Prisma and on Cosmos; one suite proves all three. Every method sees the tenant's own rows only:
 * another tenant's id is `null` on reads and `not_found` on writes.
 */
export interface IRepository<Row extends { readonly id: string }> {
  get(id: string): Promise<Stored<Row> | null>;
  query(filter: Filter<Row>, options?: QueryOptions<Row>): Promise<Page<Stored<Row>>>;
  /** The one row that meets the filter, or null. For unique fields. */
  findOne(filter: Filter<Row>): Promise<Stored<Row> | null>;
  count(filter: Filter<Row>): Promise<number>;
  /** How many rows there are of each kind, in one statement. Groups of one size come in any order. */
  groups<By extends keyof Row & string>(filter: Filter<Row>, options: GroupOptions<Row, By>): Promise<readonly Group<Row, By>[]>;
  /** `already_exists` (409) when the id or a unique field is taken. A repeated `once` returns the row of the first time. */
  insert(row: Row, effects?: WriteEffects): Promise<Stored<Row>>;
  /** All or none on PostgreSQL and memory; on Cosmos within one partition. */
  insertMany(rows: readonly Row[], effects?: WriteEffects): Promise<void>;
  /**
   * For rows that mirror something: inserts those that are not there, and replaces a stored one only by a row whose number in the field `newer` is
   * greater. Returns the ids of what was written. All or none on PostgreSQL and memory; row by row on Cosmos. Leaves no effects.
   */
  putMany<Beside extends EntityDescriptor>(rows: readonly Row[], options: PutOptions<Row, Beside>): Promise<readonly string[]>;
  /** `not_found` (404), `version_conflict` (409), `condition_failed` (412). */
  update(id: string, changes: Partial<Omit<Row, "id">>, options?: UpdateOptions<Row>): Promise<Stored<Row>>;
  /** Returns how many rows were changed. */
  updateMany(filter: Filter<Row>, changes: Partial<Omit<Row, "id">>, effects?: WriteEffects): Promise<number>;
  /** The row as it was, or null when there was none (any more): of two parallel deletes exactly one gets it. */
  delete(id: string, options?: UpdateOptions<Row>): Promise<Stored<Row> | null>;
  deleteMany(filter: Filter<Row>, effects?: WriteEffects): Promise<number>;
  /** Adds `by` to a number atomically, while the row meets `where`; `condition_failed` otherwise. */
  increment(id: string, field: keyof Row & string, by: number, options?: UpdateOptions<Row>): Promise<Stored<Row>>;
}
