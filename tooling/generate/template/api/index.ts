export { itemCreatedEvent } from "./events.ts";
export { sampleModulePermissions } from "./permissions.ts";
export { ItemSchema } from "./schemas.ts";
export type { CreateItemInput, Item, ItemInput, ItemPage, ListItemsInput } from "./schemas.ts";
export type { ISampleModuleService } from "./service.ts";
