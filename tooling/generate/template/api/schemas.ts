import { IsoTimeSchema, nameSchema, OrganizationIdSchema, pageInput, pageOf, UserIdSchema } from "@coder/shared";
import { z } from "zod";

export const ItemSchema = z.object({
  id: z.uuid(),
  organizationId: OrganizationIdSchema,
  name: z.string(),
  createdBy: UserIdSchema,
  createdAt: IsoTimeSchema,
  /** Hand it back when changing the item. */
  version: z.string(),
});
export type Item = z.infer<typeof ItemSchema>;

/** Newest first. */
export const ListItemsInputSchema = z.object({ ...pageInput });
export type ListItemsInput = z.output<typeof ListItemsInputSchema>;
export const ItemPageSchema = pageOf(ItemSchema);
export type ItemPage = z.infer<typeof ItemPageSchema>;

export const ItemInputSchema = z.object({ id: z.uuid() });
export type ItemInput = z.output<typeof ItemInputSchema>;

export const CreateItemInputSchema = z.object({ name: nameSchema(200) });
export type CreateItemInput = z.output<typeof CreateItemInputSchema>;
