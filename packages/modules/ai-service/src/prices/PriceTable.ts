import { readFileSync } from "node:fs";
import type { ModelPrice } from "@coder/api/ai-service";
import { z } from "zod";
import type { AiConfig, EndpointConfig } from "../config.ts";

const PriceSchema = z.object({ input: z.number().min(0), output: z.number().min(0), context: z.int(), maxOutput: z.int() });
const TableSchema = z.object({ date: z.iso.date(), unit: z.string(), hosts: z.record(z.string(), z.record(z.string(), PriceSchema)) });
type Table = z.output<typeof TableSchema>;

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

  constructor(table: unknown = JSON.parse(readFileSync(new URL("prices.json", import.meta.url), "utf8"))) {
    this.#table = TableSchema.parse(table);
  }

  get date(): string {
    return this.#table.date;
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

  #priceOf({ free }: EndpointConfig, own: EndpointConfig["models"][string], known: z.output<typeof PriceSchema> | null): ModelPrice {
    if (own.inputPrice !== undefined && own.outputPrice !== undefined) return { source: "operator", input: microOf(own.inputPrice), output: microOf(own.outputPrice), date: null };
    if (free === true) return { source: "free", input: 0, output: 0, date: null };
    if (known) return { source: "table", input: microOf(known.input), output: microOf(known.output), date: this.#table.date };
    return { source: "unknown", input: null, output: null, date: null };
  }

  /** By the whole name, or by the name before a date: `gpt-4o-2024-08-06` costs what `gpt-4o` does. */
  #lookUp(url: string, model: string): z.output<typeof PriceSchema> | null {
    const models = this.#table.hosts[URL.parse(url)?.hostname ?? ""];
    return models?.[model] ?? models?.[model.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "")] ?? null;
  }
}

/** What tokens cost, in millionths of a US dollar, rounded up. `price_unknown` never gets here: such a model is not asked. */
export function costOf({ input, output }: ModelPrice, tokens: { readonly inputTokens: number; readonly outputTokens: number }): number {
  return Math.ceil((tokens.inputTokens * (input ?? 0)) / MICRO + (tokens.outputTokens * (output ?? 0)) / MICRO);
}

function microOf(dollars: number): number {
  return Math.round(dollars * MICRO);
}
