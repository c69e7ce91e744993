import { procedure, streamOf } from "@coder/shared/trpc";
import { SearchItemSchema, SearchOnceInputSchema, SearchResultSchema, SearchTextInputSchema } from "./search-schemas.ts";
import { workspaceRef } from "./service.ts";

const tags = ["workspace"];

export const searchProcedures = {
  searchText: procedure
    .meta({ permission: "workspace.file.read", stream: { tags, summary: "Search the text of all files, results as they are found" } })
    .input(SearchTextInputSchema)
    .output(streamOf(SearchItemSchema))
    .subscription(({ ctx, input, signal }) => ctx.service(workspaceRef).searchText(ctx.caller, input, signal ?? ctx.signal)),

  searchOnce: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/search", tags, summary: "Search the text of all files" } })
    .input(SearchOnceInputSchema)
    .output(SearchResultSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).searchOnce(ctx.caller, input, ctx.signal)),
};
