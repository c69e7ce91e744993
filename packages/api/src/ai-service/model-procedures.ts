import { DoneSchema, NoInputSchema } from "@coder/shared";
import { procedure, type AuditFacts } from "@coder/shared/trpc";
import { EgressPageSchema, EndEgressInputSchema, ListEgressInputSchema, ModelsSchema, NoteEgressInputSchema, ProbeEndpointInputSchema, ProbeSchema } from "./model-schemas.ts";
import { aiServiceRef } from "./service.ts";

const tags = ["ai-service"];

function describeProbe({ input }: { readonly input: unknown }): AuditFacts {
  const probe = ProbeEndpointInputSchema.safeParse(input).data;
  return probe ? { target: { type: "endpoint", id: probe.endpoint } } : {};
}

export const modelProcedures = {
  getModels: procedure
    .meta({ permission: "ai-service.model.read", openapi: { method: "GET", path: "/ai/models", tags, summary: "See the models, their prices and the budget" } })
    .input(NoInputSchema)
    .output(ModelsSchema)
    .query(({ ctx }) => ctx.service(aiServiceRef).getModels(ctx.caller)),

  probeEndpoint: procedure
    .meta({
      permission: "ai-service.model.check",
      openapi: { method: "POST", path: "/ai/endpoints/{endpoint}/probe", tags, summary: "Find out what an endpoint can do" },
      rateLimit: { limit: 20, windowSeconds: 60, by: "caller" },
      audit: { describe: describeProbe },
    })
    .input(ProbeEndpointInputSchema)
    .output(ProbeSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).probeEndpoint(ctx.caller, input, ctx.signal)),

  listEgress: procedure
    .meta({ permission: "ai-service.egress.read", openapi: { method: "GET", path: "/ai/egress", tags, summary: "List what was sent to models and to the embeddings endpoint, newest first" } })
    .input(ListEgressInputSchema)
    .output(EgressPageSchema)
    .query(({ ctx, input }) => ctx.service(aiServiceRef).listEgress(ctx.caller, input)),

  noteEgress: procedure
    .meta({ audience: "internal" })
    .input(NoteEgressInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).noteEgress(ctx.caller, input)),

  endEgress: procedure
    .meta({ audience: "internal" })
    .input(EndEgressInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).endEgress(ctx.caller, input)),
};
