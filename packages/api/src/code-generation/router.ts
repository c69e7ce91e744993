import { NoInputSchema } from "@coder/shared";
import { type AuditFacts, clientRef, procedure, router } from "@coder/shared/trpc";
import { z } from "zod";
import {
  GenerationInputByIdSchema, GenerationPageSchema, GenerationSchema, ListGenerationsInputSchema, PreviewSchema, StartedGenerationSchema, StartGenerationInputSchema,
} from "./generation-schemas.ts";
import { ReadSentenceInputSchema, SentenceReadingSchema } from "./sentence-schemas.ts";
import { codeGenerationRef } from "./service.ts";
import { GeneratorListSchema, TargetInputSchema, TargetSchema } from "./target-schemas.ts";

export { codeGenerationRef } from "./service.ts";

const tags = ["code-generation"];
/** Reading a project's sources costs a thread its time. */
const rateLimit = { limit: 120, windowSeconds: 60, by: "caller" } as const;
const StartedSchema = z.object({ projectId: z.uuid(), generator: z.string() });
const ByIdSchema = z.object({ id: z.uuid() });

/** The form itself can hold anything and is not written down. */
function describeStart({ input }: { readonly input: unknown }): AuditFacts {
  const started = StartedSchema.safeParse(input).data;
  return started ? { target: { type: "project", id: started.projectId }, details: { generator: started.generator } } : {};
}

function describeGeneration({ input }: { readonly input: unknown }): AuditFacts {
  const generation = ByIdSchema.safeParse(input).data;
  return generation ? { target: { type: "generation", id: generation.id } } : {};
}

export const codeGenerationRouter = router({
  listGenerators: procedure
    .meta({ permission: "code-generation.run.read", openapi: { method: "GET", path: "/generate/generators", tags, summary: "List the generators" } })
    .input(NoInputSchema)
    .output(GeneratorListSchema)
    .query(({ ctx }) => ctx.service(codeGenerationRef).listGenerators(ctx.caller)),

  describeTarget: procedure
    .meta({ permission: "code-generation.run.read", openapi: { method: "GET", path: "/generate/{projectId}/target", tags, summary: "See how code is written in a project" }, rateLimit })
    .input(TargetInputSchema)
    .output(TargetSchema)
    .query(({ ctx, input }) => ctx.service(codeGenerationRef).describeTarget(ctx.caller, input, ctx.signal)),

  readSentence: procedure
    .meta({ permission: "code-generation.run.read", openapi: { method: "GET", path: "/generate/{projectId}/sentence", tags, summary: "Read a sentence into the form of a generator" }, rateLimit })
    .input(ReadSentenceInputSchema)
    .output(SentenceReadingSchema)
    .query(({ ctx, input }) => ctx.service(codeGenerationRef).readSentence(ctx.caller, input, ctx.signal)),

  previewGeneration: procedure
    .meta({
      permission: "code-generation.run.start",
      openapi: { method: "POST", path: "/generate/{projectId}/previews", tags, summary: "See what a generator would make" },
      rateLimit,
      audit: { never: true },
    })
    .input(StartGenerationInputSchema)
    .output(PreviewSchema)
    .mutation(({ ctx, input }) => ctx.service(codeGenerationRef).previewGeneration(ctx.caller, input, ctx.signal)),

  startGeneration: procedure
    .meta({
      permission: "code-generation.run.start",
      openapi: { method: "POST", path: "/generate/{projectId}/generations", tags, summary: "Generate code as a change set" },
      rateLimit,
      audit: { describe: describeStart },
    })
    .input(StartGenerationInputSchema)
    .output(StartedGenerationSchema)
    .mutation(({ ctx, input }) => ctx.service(codeGenerationRef).startGeneration(ctx.caller, input)),

  listGenerations: procedure
    .meta({ permission: "code-generation.run.read", openapi: { method: "GET", path: "/generate/{projectId}/generations", tags, summary: "List what was generated in a project, newest first" } })
    .input(ListGenerationsInputSchema)
    .output(GenerationPageSchema)
    .query(({ ctx, input }) => ctx.service(codeGenerationRef).listGenerations(ctx.caller, input)),

  getGeneration: procedure
    .meta({ permission: "code-generation.run.read", openapi: { method: "GET", path: "/generate/generations/{id}", tags, summary: "Read one generation" } })
    .input(GenerationInputByIdSchema)
    .output(GenerationSchema)
    .query(({ ctx, input }) => ctx.service(codeGenerationRef).getGeneration(ctx.caller, input)),

  cancelGeneration: procedure
    .meta({
      permission: "code-generation.run.start",
      openapi: { method: "POST", path: "/generate/generations/{id}/cancel", tags, summary: "Cancel a generation" },
      audit: { describe: describeGeneration },
    })
    .input(GenerationInputByIdSchema)
    .output(GenerationSchema)
    .mutation(({ ctx, input }) => ctx.service(codeGenerationRef).cancelGeneration(ctx.caller, input)),
});

/** How other modules call these procedures, in this process or another. */
export const codeGenerationClient = clientRef<typeof codeGenerationRouter>("code-generation");
