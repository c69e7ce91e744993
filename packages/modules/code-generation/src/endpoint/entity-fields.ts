import type { EndpointField, TypePlace } from "@coder/api/code-generation";
import { entityNames } from "../engine/names.ts";
import type { Sources } from "../engine/Sources.ts";
import { ZodReader } from "../data/read-zod.ts";
import { TypeReader } from "../data/read-typescript.ts";
import { typesOf } from "../target/types.ts";
import { fieldsOfShape } from "./shape-fields.ts";

/** The fields of a type of the project that is called like the entity; null where there is none. */
export function fieldsOfEntity(sources: Sources, entity: string): { readonly fields: EndpointField[]; readonly place: TypePlace } | null {
  const { type } = entityNames(entity);
  for (const place of typesOf(sources)) {
    if (place.kind === "json-schema" || !new RegExp(`^(?:I?${type}|${type}Schema|${type.charAt(0).toLowerCase()}${type.slice(1)}Schema)$`).test(place.name)) continue;
    const zod = new ZodReader(sources);
    const reader = place.kind === "zod" ? zod.types : new TypeReader(sources);
    const declared = reader.find(place.path, place.name);
    const fields = declared && fieldsOfShape(reader.declared(declared));
    if (fields && fields.length > 0) return { fields, place };
  }
  return null;
}
