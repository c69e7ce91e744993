import { z } from "zod";

export const LoggingConfigSchema = z.strictObject({
  retentionDays: z.coerce.number().int().min(0).max(36_500).meta({ description: "Days an audit entry is kept; 0 keeps it for ever" }),
  unknownAfterSeconds: z.coerce.number().int().min(10).max(86_400).meta({ description: "After how long an action without an end is recorded with the outcome unknown" }),
});
export type LoggingConfig = z.output<typeof LoggingConfigSchema>;
