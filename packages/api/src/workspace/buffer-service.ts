import type { Caller, Done } from "@coder/shared";
import type { DiscardBufferInput, GetLayoutInput, Layout, ListBuffersInput, PutLayoutInput, SaveBufferInput, SavedBuffer, UnsavedTexts } from "./buffer-schemas.ts";

/** What a person has typed and not saved, and how they have arranged a project; their own alone. `project_not_found` (404) for another organization's. */
export interface IBuffers {
  /** Kept when it answers. `buffer_out_of_step` (409) for edits to another revision than the last: then the whole text is wanted. `buffer_too_large` (413), `too_many_buffers` (409). */
  saveBuffer(caller: Caller, input: SaveBufferInput): Promise<SavedBuffer>;
  /** In order of the paths. */
  listBuffers(caller: Caller, input: ListBuffersInput): Promise<UnsavedTexts>;
  /** Harmless when there is none. */
  discardBuffer(caller: Caller, input: DiscardBufferInput): Promise<Done>;
  getLayout(caller: Caller, input: GetLayoutInput): Promise<Layout>;
  putLayout(caller: Caller, input: PutLayoutInput): Promise<Done>;
}
