import { DoneSchema, NoInputSchema } from "@coder/shared";
import { type AuditFacts, clientRef, procedure, router } from "@coder/shared/trpc";
import { z } from "zod";
import {
  EndpointProbeSchema, IndexInputSchema, IndexSchema, SearchIndexInputSchema, SearchIndexResultSchema, StartedIndexSchema, StartIndexInputSchema,
} from "./schemas.ts";
import { embeddingsRef } from "./service.ts";

export { embeddingsRef } from "./service.ts";

const tags = ["embeddings"];
const ProjectReferenceSchema = z.object({ projectId: z.uuid() });

function describeIndex({ input }: { readonly input: unknown }): AuditFacts {
  const project = ProjectReferenceSchema.safeParse(input).data;
  return project ? { target: { type: "project", id: project.projectId } } : {};
}

export const embeddingsRouter = router({
  startIndex: procedure
    .meta({
      permission: "embeddings.index.write",
      openapi: { method: "POST", path: "/embeddings/{projectId}/index", tags, summary: "Index a project, or what changed in it" },
      audit: { describe: describeIndex },
    })
    .input(StartIndexInputSchema)
    .output(StartedIndexSchema)
    .mutation(({ ctx, input }) => ctx.service(embeddingsRef).startIndex(ctx.caller, input)),

  getIndex: procedure
    .meta({ permission: "embeddings.index.read", openapi: { method: "GET", path: "/embeddings/{projectId}/index", tags, summary: "See what is indexed of a project" } })
    .input(IndexInputSchema)
    .output(IndexSchema)
    .query(({ ctx, input }) => ctx.service(embeddingsRef).getIndex(ctx.caller, input)),

  deleteIndex: procedure
    .meta({
      permission: "embeddings.index.write",
      openapi: { method: "DELETE", path: "/embeddings/{projectId}/index", tags, summary: "Remove a project's index" },
      audit: { describe: describeIndex },
    })
    .input(IndexInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(embeddingsRef).deleteIndex(ctx.caller, input)),

  search: procedure
    .meta({
      permission: "embeddings.search.use",
      openapi: { method: "GET", path: "/embeddings/{projectId}/search", tags, summary: "Search a project by meaning" },
      rateLimit: { limit: 300, windowSeconds: 60, by: "caller" },
    })
    .input(SearchIndexInputSchema)
    .output(SearchIndexResultSchema)
    .query(({ ctx, input }) => ctx.service(embeddingsRef).search(ctx.caller, input, ctx.signal)),

  probeEndpoint: procedure
    .meta({
      permission: "embeddings.endpoint.read",
      openapi: { method: "GET", path: "/embeddings/endpoint/probe", tags, summary: "Ask the embeddings endpoint for one embedding" },
      rateLimit: { limit: 20, windowSeconds: 60, by: "caller" },
    })
    .input(NoInputSchema)
    .output(EndpointProbeSchema)
    .query(({ ctx }) => ctx.service(embeddingsRef).probeEndpoint(ctx.caller, ctx.signal)),
});

/** How other modules call these procedures, in this process or another. */
export const embeddingsClient = clientRef<typeof embeddingsRouter>("embeddings");
