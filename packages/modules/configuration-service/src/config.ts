import { z } from "zod";

export const ConfigurationServiceConfigSchema = z.strictObject({
  maxValueBytes: z.coerce.number().int().min(1_024).max(1_048_576).meta({ description: "Largest stored value, as JSON. Every process reads all stored values, so they are kept small" }),
});
export type ConfigurationServiceConfig = z.output<typeof ConfigurationServiceConfigSchema>;
