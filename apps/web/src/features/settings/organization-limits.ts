import { z } from "zod";
import { bytes } from "#lib/size.ts";
import { count } from "#lib/time.ts";
import type { Setting } from "./types.ts";
import { settingTitle, type ValueKind, valueKind } from "./value-schema.ts";

/** A number that one organization may have otherwise than all others. */
export interface Limit {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: ValueKind;
  /** What holds where nothing else is set. */
  readonly everybodys: number | null;
}

/** The limits of one part of the product, and the setting that holds those of single organizations. */
export interface LimitGroup {
  readonly setting: Setting;
  readonly title: string;
  readonly limits: readonly Limit[];
}

const SchemaShape = z.object({ additionalProperties: z.object({ properties: z.record(z.string(), z.looseObject({ description: z.string().default("") })) }) });
const OrganizationsSchema = z.record(z.string(), z.record(z.string(), z.number()));
/** What people call what these modules keep. */
const TITLES: Readonly<Record<string, string>> = { dashboard: "Jobs", workspace: "Files", embeddings: "Indexes" };

/** What the settings say can differ from organization to organization. */
export function limitGroups(settings: readonly Setting[]): readonly LimitGroup[] {
  return settings.flatMap((setting): LimitGroup[] => {
    const { module, key, schema } = setting;
    const shape = key === `${module}.organizations` ? SchemaShape.safeParse(schema).data : undefined;
    if (module === null || !shape) return [];
    const limits = Object.entries(shape.additionalProperties.properties).map(([name, property]): Limit => {
      const common = settings.find((other) => other.module === module && other.key.split(".").at(-1) === name);
      return { name, title: settingTitle(`${module}.${name}`).name, description: property.description, kind: valueKind(property), everybodys: typeof common?.value === "number" ? common.value : null };
    });
    return [{ setting, title: TITLES[module] ?? module, limits }];
  });
}

/** What is set for one organization. */
export function ownLimits({ value }: Pick<Setting, "value">, organizationId: string): Readonly<Record<string, number>> {
  return OrganizationsSchema.safeParse(value).data?.[organizationId] ?? {};
}

/** The setting's value with other limits for one organization; with none it is as all others are. */
export function withOwnLimits({ value }: Pick<Setting, "value">, organizationId: string, limits: Readonly<Record<string, number>>): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const { [organizationId]: _before, ...others } = OrganizationsSchema.safeParse(value).data ?? {};
  return Object.keys(limits).length === 0 ? others : { ...others, [organizationId]: limits };
}

/** `50 GB` for sizes, `1,000` for all else. */
export function limitText(name: string, value: number): string {
  return /bytes$/i.test(name) ? bytes(value) : count(value);
}

/** All that is set for one organization, in one line. */
export function ownLimitsText(groups: readonly LimitGroup[], organizationId: string): string {
  return groups
    .flatMap(({ setting, title, limits }) => {
      const own = ownLimits(setting, organizationId);
      return limits.flatMap(({ name, title: what }) => (own[name] === undefined ? [] : [`${title}: ${what.toLowerCase()} ${limitText(name, own[name])}`]));
    })
    .join(", ");
}
