import { z } from "zod";
import type { OrganizationId } from "../../ids.ts";

/** By an organization's id, those of the numbers that differ for it. */
export type OrganizationSettings = Readonly<Record<string, Readonly<Record<string, number | undefined>>>>;

/** A key of a module's schema under which single organizations get other numbers than everybody: `{ "<id>": { openJobs: 5 } }`. Say `merge: true` in its `.meta()`. */
export function organizationSettings(numbers: Readonly<Record<string, z.ZodCoercedNumber<number>>>) {
  // Read as they are: a coercing schema would take null for 0.
  const own = Object.entries(numbers).map(([name, schema]) => [name, z.number().pipe(schema).optional()] as const);
  return z.record(z.uuid().lowercase(), z.strictObject(Object.fromEntries(own)));
}

/** What holds for one organization: its own number where it has one, everybody's otherwise. Null for what belongs to none. */
export function settingsFor<Name extends string>(everybodys: Readonly<Record<Name, number>>, organizations: OrganizationSettings, organizationId: OrganizationId | null): Readonly<Record<Name, number>> {
  const own = organizationId === null ? undefined : organizations[organizationId.toLowerCase()];
  const settings: Record<Name, number> = { ...everybodys };
  for (const name in everybodys) settings[name] = own?.[name] ?? everybodys[name];
  return settings;
}
