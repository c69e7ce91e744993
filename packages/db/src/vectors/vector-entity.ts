import { OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";
import type { EntityDescriptor } from "../entity.ts";

const VectorRowSchema = z.object({
  id: z.uuid(),
  organizationId: OrganizationIdSchema,
  collection: z.string(),
  key: z.string(),
  dimensions: z.int(),
  /** 32-bit floats, little-endian, in base64: the form in which every store gives back the same bits. */
  vector: z.string(),
});
export type VectorRow = z.output<typeof VectorRowSchema>;
export type VectorEntity = EntityDescriptor<typeof VectorRowSchema>;

/** What a module's table of vectors is, besides its name: `defineEntity({ table: "module_vectors", model: "ModuleVector", ...VECTOR_TABLE })`. */
export const VECTOR_TABLE = {
  schema: VectorRowSchema,
  tenancy: "organization",
  unique: [["collection", "key"]],
  indexes: [["organizationId", "collection"]],
} as const satisfies Omit<VectorEntity, "table" | "model">;
