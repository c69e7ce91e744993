import type { EndpointField, TypePlace } from "@coder/api/code-generation";

/** What a project adds to a sentence. */
export interface ProjectWords {
  readonly types: readonly TypePlace[];
  /** In front of all routes. */
  readonly prefix: { readonly value: string; readonly reason: string } | null;
  /** Of the type that is called like the entity. */
  readonly fields: (entity: string) => { readonly fields: readonly EndpointField[]; readonly from: string } | null;
  readonly idIsNumber: (entity: string) => boolean | null;
}

export const NO_WORDS: ProjectWords = { types: [], prefix: null, fields: () => null, idIsNumber: () => null };
