import { defineJob } from "@coder/shared";
import { z } from "zod";

/** Makes the files of a generation, and a change set of them. */
export const generateJob = defineJob("code-generation.run.generate", z.object({ generationId: z.uuid() }), {
  title: "Generate code",
  permission: "code-generation.run.start",
  attempts: 3,
  backoffMs: 2_000,
  concurrency: 2,
});
