import { DoneSchema } from "@coder/shared";
import { procedure } from "@coder/shared/trpc";
import {
  DiscardBufferInputSchema, GetLayoutInputSchema, LayoutSchema, ListBuffersInputSchema, PutLayoutInputSchema, SaveBufferInputSchema, SavedBufferSchema, UnsavedTextsSchema,
} from "./buffer-schemas.ts";
import { workspaceRef } from "./service.ts";

const tags = ["workspace"];
/** Typing in several files at once, each kept ten times a second. */
const rateLimit = { limit: 3_000, windowSeconds: 60, by: "caller" } as const;

export const bufferProcedures = {
  saveBuffer: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "PUT", path: "/workspaces/{projectId}/buffer", tags, summary: "Keep unsaved text" },
      rateLimit,
      audit: { never: true },
    })
    .input(SaveBufferInputSchema)
    .output(SavedBufferSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).saveBuffer(ctx.caller, input)),

  listBuffers: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/buffers", tags, summary: "Read one's unsaved texts" } })
    .input(ListBuffersInputSchema)
    .output(UnsavedTextsSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).listBuffers(ctx.caller, input)),

  discardBuffer: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "DELETE", path: "/workspaces/{projectId}/buffer", tags, summary: "Let unsaved text go" },
      rateLimit,
      audit: { never: true },
    })
    .input(DiscardBufferInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).discardBuffer(ctx.caller, input)),

  getLayout: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/layout", tags, summary: "Read how one has arranged a project" } })
    .input(GetLayoutInputSchema)
    .output(LayoutSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).getLayout(ctx.caller, input)),

  putLayout: procedure
    .meta({
      permission: "workspace.file.read",
      openapi: { method: "PUT", path: "/workspaces/{projectId}/layout", tags, summary: "Keep how one has arranged a project" },
      rateLimit,
      audit: { never: true },
    })
    .input(PutLayoutInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).putLayout(ctx.caller, input)),
};
