import { VALIDATION_STAGES, ValidationSchema } from "@coder/api/execution";
import { z } from "zod";

/** As it is kept with the change set. `revision`: which decisions and edits were checked; null before the first time. */
export const StoredValidationSchema = ValidationSchema.omit({ outdated: true }).extend({ revision: z.int().nullable() });
export type StoredValidation = z.output<typeof StoredValidationSchema>;

/** Nothing checked yet. */
export function noValidation(): StoredValidation {
  return { subject: "proposal", stages: VALIDATION_STAGES.map((name) => ({ name, state: "waiting", note: "", tookMs: null, messages: [], limited: false })), endedAt: null, revision: null };
}
