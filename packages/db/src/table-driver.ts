import type { Caller, EventMessage, JobMessage } from "@coder/shared";
import type { Clause } from "./clauses.ts";
import type { Position } from "./cursor.ts";
import type { EntityDescriptor } from "./entity.ts";

/** A row as the stores pass it on: the entity's fields and `etag`, in JSON types. */
export type StoredRecord = Readonly<Record<string, unknown>> & { readonly id: string; readonly etag: string };

export interface Selection {
  readonly where: readonly Clause[];
  readonly sort: { readonly field: string; readonly direction: "asc" | "desc" };
  readonly after: Position | null;
  readonly limit: number;
}

export interface Grouping {
  readonly by: readonly string[];
  readonly range: readonly string[];
  readonly limit: number;
}

export interface RowGroup {
  readonly key: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly smallest: Readonly<Record<string, unknown>>;
  readonly largest: Readonly<Record<string, unknown>>;
}

export interface Changes {
  readonly etag: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly increment?: { readonly field: string; readonly by: number };
}

/** New rows of another table; at least one. */
export interface RecordsBeside {
  readonly entity: EntityDescriptor;
  readonly rows: readonly StoredRecord[];
}

/** Names a write that must not happen twice. `rowId` is what a repetition is answered with. */
export interface OnceKey {
  readonly tenant: string;
  readonly table: string;
  readonly key: string;
  readonly rowId: string | null;
}

/** Effects of one write. `callerOf` is asked with a row that was written. */
export interface PreparedEffects {
  readonly messages: readonly (EventMessage | JobMessage)[];
  readonly once: OnceKey | null;
  callerOf(row: StoredRecord | undefined): Caller;
}

/** Rows that a write touched, or the id that the first write with the same `once` key touched. */
export type WriteResult = { readonly repeated: false; readonly rows: readonly StoredRecord[] } | { readonly repeated: true; readonly id: string | null };
export type CountResult = { readonly repeated: boolean; readonly count: number };

/**
 * What a store does for one entity and one tenant. Small on purpose: checks, cursors and errors are the repository's, the same for
 * all stores. Every method is one atomic step, effects included; a write that touches no row leaves no effects.
 */
export interface ITableDriver {
  select(selection: Selection): Promise<readonly StoredRecord[]>;
  count(where: readonly Clause[]): Promise<number>;
  /** The largest first. */
  groups(where: readonly Clause[], grouping: Grouping): Promise<readonly RowGroup[]>;
  /** All rows or none. `already_exists` when an id or unique field is taken. */
  insert(rows: readonly StoredRecord[], effects: PreparedEffects): Promise<WriteResult>;
  /** Inserts rows, or replaces those whose number in `newer` is smaller; where it wrote one, those beside are inserted, too. No id comes twice. Returns the ids of those written. */
  put(rows: readonly StoredRecord[], newer: string, beside: RecordsBeside | null): Promise<readonly string[]>;
  /** Changes the one row that meets all clauses; its id is one of them. */
  update(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<WriteResult>;
  updateMany(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<CountResult>;
  /** Deletes the one row that meets all clauses, its id among them, and gives it back. */
  delete(where: readonly Clause[], effects: PreparedEffects): Promise<WriteResult>;
  deleteMany(where: readonly Clause[], effects: PreparedEffects): Promise<CountResult>;
}
