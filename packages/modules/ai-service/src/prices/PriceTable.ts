import { readFileSync } from "node:fs";
import type { ModelPrice } from "@coder/api/ai-service";
import { z } from "zod";
import type { AiConfig, EndpointConfig } from "../config.ts";

const money = z.number().min(0);
/** `aliases`: other names that its provider documents for the same model. `context`: at this price; some charge more for a longer one. `source`: who says so, by name. */
const PriceSchema = z.strictObject({ aliases: z.array(z.string()).default([]), input: money, output: money, context: z.int(), maxOutput: z.int(), source: z.string() });
type Price = z.output<typeof PriceSchema>;
const TableSchema = z.strictObject({
  unit: z.string(),
  /** `date`: the day on which the price was found there. */
  sources: z.record(z.string(), z.strictObject({ url: z.url(), date: z.iso.date() })),
  hosts: z.record(z.string(), z.record(z.string(), PriceSchema)),
});
type Table = z.output<typeof TableSchema>;

interface KnownPrice extends Price {
  readonly date: string;
}

const MICRO = 1_000_000;
const DEFAULT_CONTEXT = 64_000;
const DEFAULT_OUTPUT = 8_192;

/** A configured model with all that is known of it. */
export interface PricedModel {
  /** `endpoint/model`. */
  readonly key: string;
  readonly endpoint: string;
  readonly model: string;
  readonly config: EndpointConfig;
  readonly price: ModelPrice;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
}

/** What models cost: by the operator, declared free, or from the table that ships with the product. A price is only good at the host it is charged by. */
export class PriceTable {
  readonly #table: Table;
  /** By host and whole name. */
  readonly #known = new Map<string, KnownPrice>();

  constructor(table: unknown = JSON.parse(readFileSync(new URL("prices.json", import.meta.url), "utf8"))) {
    this.#table = TableSchema.parse(table);
    for (const [host, models] of Object.entries(this.#table.hosts)) {
      for (const [model, price] of Object.entries(models)) {
        const date = this.#table.sources[price.source]?.date;
        if (date === undefined) throw new Error(`Nobody is named who says what ${model} costs`);
        for (const name of [model, ...price.aliases]) {
          if (this.#known.has(`${host} ${name}`)) throw new Error(`${name} is in the price table of ${host} twice`);
          this.#known.set(`${host} ${name}`, { ...price, date });
        }
      }
    }
  }

  /** Of the newest of its sources. */
  get date(): string {
    return Object.values(this.#table.sources).map(({ date }) => date).sort().at(-1) ?? "";
  }

  /** All configured models, in their order. */
  models(config: AiConfig): PricedModel[] {
    return Object.entries(config.endpoints).flatMap(([endpoint, settings]) => Object.keys(settings.models).map((model) => this.#priced(endpoint, settings, model)));
  }

  #priced(endpoint: string, config: EndpointConfig, model: string): PricedModel {
    const own = config.models[model] ?? {};
    const known = this.#lookUp(config.url, model);
    const contextTokens = own.contextTokens ?? known?.context ?? DEFAULT_CONTEXT;
    const maxOutputTokens = own.maxOutputTokens ?? known?.maxOutput ?? DEFAULT_OUTPUT;
    return { key: `${endpoint}/${model}`, endpoint, model, config, contextTokens, maxOutputTokens, price: this.#priceOf(config, own, known) };
  }

  #priceOf({ free }: EndpointConfig, own: EndpointConfig["models"][string], known: KnownPrice | null): ModelPrice {
    if (own.inputPrice !== undefined && own.outputPrice !== undefined) return { source: "operator", input: microOf(own.inputPrice), output: microOf(own.outputPrice), date: null };
    if (free === true) return { source: "free", input: 0, output: 0, date: null };
    if (known) return { source: "table", input: microOf(known.input), output: microOf(known.output), date: known.date };
    return { source: "unknown", input: null, output: null, date: null };
  }

  /** By the whole name alone: what only looks like another version of a model may cost something else, as `gpt-4o-2024-05-13` does. */
  #lookUp(url: string, model: string): KnownPrice | null {
    return this.#known.get(`${URL.parse(url)?.hostname ?? ""} ${model}`) ?? null;
  }
}

/** What tokens cost, in millionths of a US dollar, rounded up. `price_unknown` never gets here: such a model is not asked. */
export function costOf({ input, output }: ModelPrice, tokens: { readonly inputTokens: number; readonly outputTokens: number }): number {
  return Math.ceil((tokens.inputTokens * (input ?? 0)) / MICRO + (tokens.outputTokens * (output ?? 0)) / MICRO);
}

function microOf(dollars: number): number {
  return Math.round(dollars * MICRO);
}
