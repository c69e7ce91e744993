import { IsoTimeSchema } from "@coder/shared";
import { z } from "zod";

export const VALIDATION_STAGES = ["parse", "types", "lint"] as const;
export const ValidationStageNameSchema = z.enum(VALIDATION_STAGES);
export type ValidationStageName = z.output<typeof ValidationStageNameSchema>;

export const ValidationMessageSchema = z.object({
  severity: z.enum(["error", "warning"]),
  path: z.string(),
  /** 1-based; null: the file as a whole. */
  line: z.int().nullable(),
  column: z.int().nullable(),
  /** The checker's own name for it: `TS2322`, `no-unused-vars`. */
  rule: z.string().nullable(),
  text: z.string(),
  /** The file of the change set that it lies in, and the hunk; null elsewhere. */
  fileId: z.uuid().nullable(),
  hunkId: z.string().nullable(),
});
export type ValidationMessage = z.output<typeof ValidationMessageSchema>;

/** `skipped`: the project has no such check, or it cannot run here; `note` says which. `broken`: the check itself failed. */
export const ValidationStageSchema = z.object({
  name: ValidationStageNameSchema,
  state: z.enum(["waiting", "running", "passed", "failed", "skipped", "broken"]),
  note: z.string(),
  tookMs: z.int().nullable(),
  messages: z.array(ValidationMessageSchema),
  /** Whether there are more messages than are kept. */
  limited: z.boolean(),
});
export type ValidationStage = z.output<typeof ValidationStageSchema>;

export const ValidationSchema = z.object({
  /** What was checked: all that is proposed, or what is accepted of it. */
  subject: z.enum(["proposal", "accepted"]),
  stages: z.array(ValidationStageSchema),
  /** Whether decisions or edits came since. */
  outdated: z.boolean(),
  endedAt: IsoTimeSchema.nullable(),
});
export type Validation = z.output<typeof ValidationSchema>;

