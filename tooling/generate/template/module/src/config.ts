import { z } from "zod";

export const SampleModuleConfigSchema = z.strictObject({
  maxNameLength: z.coerce.number().int().min(1).max(200).meta({ description: "Longest name an item may have, in UTF-16 units" }),
});
export type SampleModuleConfig = z.output<typeof SampleModuleConfigSchema>;
