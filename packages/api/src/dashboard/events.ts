import { defineEvent, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { JobActionSchema } from "./job-schemas.ts";

/** An action on many jobs has ended. */
export const bulkCompletedEvent = defineEvent(
  "dashboard.bulk_action.completed",
  z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema.nullable(),
    userId: UserIdSchema,
    action: JobActionSchema,
    changed: z.int(),
    skipped: z.int(),
    failed: z.int(),
  }),
);
