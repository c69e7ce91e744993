import { ItemSchema } from "@coder/api/sample-module";
import { defineEntity, type RowOf } from "@coder/db";

/** One row per item. Its version is the tag that the store keeps of every row. */
export const itemEntity = defineEntity({
  table: "sample_items",
  noun: "item",
  model: "SampleModuleItem",
  schema: ItemSchema.omit({ version: true }),
  tenancy: "organization",
  indexes: [["organizationId", "createdAt"]],
});
export type ItemRow = RowOf<typeof itemEntity>;
