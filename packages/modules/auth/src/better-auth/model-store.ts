import type { CleanedWhere } from "better-auth/adapters";
import { z } from "zod";

const ScalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type ModelValue = z.output<typeof ScalarSchema>;

/** A row as the adapter passes it on: columns with JSON scalars. The factory has turned dates into text and nested values into JSON text. */
export const ModelValuesSchema = z.record(z.string(), ScalarSchema);
export type ModelValues = z.output<typeof ModelValuesSchema>;
export const ModelRowSchema = ModelValuesSchema.and(z.object({ id: z.string() }));
export type ModelRow = { readonly [field: string]: ModelValue } & { readonly id: string };

export interface FindOptions {
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly sortBy?: { readonly field: string; readonly direction: "asc" | "desc" } | undefined;
}

/**
 * Where the rows of one better-auth model live. What is here is the least that a store must do; everything else (update, consume,
 * increment) is composed from it once, in {@link ModelOperations}. A row that is handed back in is the version that was read.
 */
export interface IModelStore {
  create(row: ModelRow): Promise<ModelRow>;
  find(where: readonly CleanedWhere[], options: FindOptions): Promise<ModelRow[]>;
  count(where: readonly CleanedWhere[]): Promise<number>;
  /** Writes over exactly the version that was read. Null when it has changed or gone since. */
  replace(row: ModelRow, changes: ModelValues): Promise<ModelRow | null>;
  /** Deletes exactly the version that was read and gives it back. Null when it has changed or gone since. */
  remove(row: ModelRow): Promise<ModelRow | null>;
  /** One statement for many rows, where the store can say the condition. Null: it cannot. */
  updateAll?(where: readonly CleanedWhere[], changes: ModelValues): Promise<number | null>;
  deleteAll?(where: readonly CleanedWhere[]): Promise<number | null>;
  /** Adds to one counter in one statement while the row meets the condition. Null: it did not, or the store cannot say it. */
  increment?(row: ModelRow, field: string, by: number, where: readonly CleanedWhere[]): Promise<ModelRow | null>;
}
