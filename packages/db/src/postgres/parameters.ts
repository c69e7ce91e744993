import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";

/** A field's value as a parameter of a statement. A null in JSON becomes no value at all; where one must be there, it is JSON's own. */
export function parameterOf(entity: EntityDescriptor, field: string, value: unknown): unknown {
  const info = fieldsOf(entity).get(field);
  return info?.kind !== "json" || (value === null && info.nullable) ? value : JSON.stringify(value);
}
