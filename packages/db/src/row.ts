import type { EntityDescriptor } from "./entity.ts";
import { fieldsOf } from "./entity-fields.ts";
import { invalidRow } from "./errors.ts";
import type { Group, Stored } from "./repository.ts";
import type { RowGroup, StoredRecord } from "./table-driver.ts";
import { canonical, faultOfValue } from "./values.ts";

/** A whole row, ready to be stored. Every field must be there. */
export function toRecord(entity: EntityDescriptor, row: object): Record<string, unknown> {
  const values = valuesOf(entity, row);
  const missing = [...fieldsOf(entity).keys()].find((field) => !(field in values));
  if (missing) throw invalidRow(entity, missing, "is missing");
  return values;
}

/** Fields and their values as they are stored: in one spelling, nothing unknown, nothing undefined. */
export function valuesOf(entity: EntityDescriptor, values: object): Record<string, unknown> {
  const fields = fieldsOf(entity);
  const stored: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(values)) {
    const info = fields.get(field);
    if (!info) throw invalidRow(entity, field, "is no field of this entity");
    if (value === undefined) continue;
    const fault = faultOfValue(info, value);
    if (fault) throw invalidRow(entity, field, fault);
    stored[field] = canonical(info, value);
  }
  return stored;
}

/** The one place where a stored record gets its row's type back: only rows of that type are ever written to its table. */
export function toStored<Row>(record: StoredRecord): Stored<Row> {
  return record as unknown as Stored<Row>;
}

/** The same for what is told of several rows. */
export function toGroup<Row, By extends keyof Row>(group: RowGroup): Group<Row, By> {
  return group as unknown as Group<Row, By>;
}
