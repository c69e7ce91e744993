import { z } from "zod";

const count = z.coerce.number().int().min(1);

export const CodeGenerationConfigSchema = z.strictObject({
  limits: z.strictObject({
    sourceFiles: count.max(20_000).meta({ description: "Source files of a project that a generator looks at, nearest to the root first" }),
    sourceBytes: count.max(200 * 1024 ** 2).meta({ description: "Bytes of source files that a generator looks at" }),
    timeoutSeconds: count.max(600).meta({ description: "How long one look at a project, or one generation, may compute" }),
  }),
});
export type CodeGenerationConfig = z.output<typeof CodeGenerationConfigSchema>;
