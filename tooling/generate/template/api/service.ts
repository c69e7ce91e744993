import type { Caller } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type { CreateItemInput, Item, ItemInput, ItemPage, ListItemsInput } from "./schemas.ts";

export interface ISampleModuleService {
  /** The organization's, newest first. */
  listItems(caller: Caller, input: ListItemsInput): Promise<ItemPage>;
  /** `item_not_found` for another organization's too. */
  getItem(caller: Caller, input: ItemInput): Promise<Item>;
  /** `name_too_long` (400) beyond the limit of the settings. */
  createItem(caller: Caller, input: CreateItemInput): Promise<Item>;
  /** Returns the item as it was. */
  deleteItem(caller: Caller, input: ItemInput): Promise<Item>;
}

export const sampleModuleRef = serviceRef<ISampleModuleService>("sample-module");
