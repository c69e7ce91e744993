import { defineEvent, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";

/** Somebody made an item. */
export const itemCreatedEvent = defineEvent("sample-module.item.created", z.object({ id: z.uuid(), organizationId: OrganizationIdSchema }));
