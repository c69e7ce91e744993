import { auditFacts, clientRef, procedure, router } from "@coder/shared/trpc";
import { CreateItemInputSchema, ItemInputSchema, ItemPageSchema, ItemSchema, ListItemsInputSchema } from "./schemas.ts";
import { sampleModuleRef } from "./service.ts";

export { sampleModuleRef } from "./service.ts";

const tags = ["sample-module"];

export const sampleModuleRouter = router({
  listItems: procedure
    .meta({ permission: "sample-module.item.read", openapi: { method: "GET", path: "/sample-module", tags, summary: "List items, newest first" } })
    .input(ListItemsInputSchema)
    .output(ItemPageSchema)
    .query(({ ctx, input }) => ctx.service(sampleModuleRef).listItems(ctx.caller, input)),

  getItem: procedure
    .meta({ permission: "sample-module.item.read", openapi: { method: "GET", path: "/sample-module/{id}", tags, summary: "Read one item" } })
    .input(ItemInputSchema)
    .output(ItemSchema)
    .query(({ ctx, input }) => ctx.service(sampleModuleRef).getItem(ctx.caller, input)),

  createItem: procedure
    .meta({
      permission: "sample-module.item.write",
      openapi: { method: "POST", path: "/sample-module", tags, summary: "Create an item" },
      audit: { describe: auditFacts("item", "id", ItemSchema, ["name"]) },
    })
    .input(CreateItemInputSchema)
    .output(ItemSchema)
    .mutation(({ ctx, input }) => ctx.service(sampleModuleRef).createItem(ctx.caller, input)),

  deleteItem: procedure
    .meta({
      permission: "sample-module.item.write",
      openapi: { method: "DELETE", path: "/sample-module/{id}", tags, summary: "Delete an item" },
      audit: { describe: auditFacts("item", "id", ItemSchema, ["name"]) },
    })
    .input(ItemInputSchema)
    .output(ItemSchema)
    .mutation(({ ctx, input }) => ctx.service(sampleModuleRef).deleteItem(ctx.caller, input)),
});

/** How other modules call these procedures, in this process or another. */
export const sampleModuleClient = clientRef<typeof sampleModuleRouter>("sample-module");
