import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { garden, KERNEL_ENV, SettingsDouble, writeFile } from "./__fixtures__/garden.ts";
import { CONFIG_SOURCES, type ConfigSource } from "./catalogue.ts";
import { loadConfig } from "./load-config.ts";

const VALUES = {
  size: fc.integer({ min: 1, max: 100 }),
  open: fc.boolean(),
  season: fc.constantFrom("spring", "autumn"),
  motto: fc.option(fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."abc ${}:-*&#'\"\\,\n€") }).filter((text) => text !== "null")),
  "water.litresPerDay": fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => Math.abs(value)),
  "water.hours": fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 }),
  "water.valve": fc.constantFrom("main", "north", "south"),
  plants: fc.dictionary(fc.constantFrom("rose", "ivy", "oak"), fc.record({ count: fc.nat(9) })),
};
const VARIABLES: Readonly<Record<string, string>> = { motto: "GARDEN_MOTTO", "water.litresPerDay": "CODER_GARDEN__WATER__LITRES_PER_DAY", "water.hours": "CODER_GARDEN__WATER__HOURS", "water.valve": "CODER_GARDEN__WATER__VALVE" };
const tier = fc.record(VALUES, { requiredKeys: [] });
const everything = fc.record(VALUES);

type Tier = Readonly<Record<string, unknown>>;
type Tiers = Readonly<Record<ConfigSource, Tier>>;

/** What precedence means, in as few words as possible. */
function reference(tiers: Tiers, key: string): { source: ConfigSource | undefined; value: unknown } {
  const holding = CONFIG_SOURCES.filter((source) => Object.hasOwn(tiers[source], key));
  const [source] = holding;
  if (key !== "plants") return { source, value: source && tiers[source][key] };
  return { source, value: Object.assign({}, ...holding.toReversed().map((each) => tiers[each][key])) };
}

function nested(flat: Tier, escape: boolean): object {
  const { "water.litresPerDay": litresPerDay, "water.hours": hours, "water.valve": valve, motto, ...top } = flat;
  const water = Object.fromEntries(Object.entries({ litresPerDay, hours, valve }).filter(([, value]) => value !== undefined));
  return { ...top, ...(motto === undefined ? {} : { motto: escape && typeof motto === "string" ? motto.replaceAll("${", () => "$${") : motto }), ...(Object.keys(water).length > 0 ? { water } : {}) };
}

function variable(key: string): string {
  return VARIABLES[key] ?? `CODER_GARDEN__${key.toUpperCase()}`;
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Without block texts: the library writes one of blanks alone so that it reads back as another. */
function asYaml(value: object): string {
  return stringify(value, { blockQuote: false });
}

describe("precedence", () => {
  it("is that of the reference, over random tiers", async () => {
    await fc.assert(
      fc.asyncProperty(tier, tier, tier, everything, async (environment, file, database, defaults) => {
        const tiers: Tiers = { environment, file, database, default: { ...defaults } };
        const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [variable(key), asText(value)]));
        const config = await loadConfig({
          modules: [garden(asYaml({ ...nested(defaults, true), gateToken: null }))],
          env: { ...KERNEL_ENV, ...env },
          operatorFile: writeFile("coder.yaml", asYaml({ garden: nested(file, true) })),
        });
        const settings = new SettingsDouble();
        settings.set(Object.fromEntries(Object.entries(database).map(([key, value]) => [`garden.${key}`, value])));
        await config.attachSettings(settings);
        config.close();

        const expected = Object.fromEntries(Object.keys(VALUES).map((key) => [key, reference(tiers, key).value]));
        expect(config.forModule("garden").value).toEqual({ ...nested(expected, false), gateToken: null });
        for (const key of Object.keys(VALUES)) {
          const entry = config.catalogue().get(`garden.${key}`);
          expect({ source: entry?.source, value: entry?.value }).toEqual(reference(tiers, key));
          expect(entry?.hides.map(({ source }) => source)).toEqual(CONFIG_SOURCES.filter((source) => Object.hasOwn(tiers[source], key)).slice(1));
        }
      }),
      { numRuns: 150 },
    );
  });
});
