import type { EgressPage, EndEgressInput, IModels, ListEgressInput, Model, Models as ModelsView, NoteEgressInput, Probe, ProbeEndpointInput } from "@coder/api/ai-service";
import type { Caller, Done } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { BudgetLedger } from "../budget/BudgetLedger.ts";
import type { AiConfig } from "../config.ts";
import type { EgressLedger } from "../egress/EgressLedger.ts";
import { endpointNotFound, priceUnknown } from "../errors.ts";
import type { PricedModel, PriceTable } from "../prices/PriceTable.ts";
import type { EndpointProbe } from "../probe/EndpointProbe.ts";

export interface ModelsDeps {
  readonly prices: PriceTable;
  readonly budget: BudgetLedger;
  readonly egress: EgressLedger;
  readonly probe: EndpointProbe;
  readonly config: ILiveConfig<AiConfig>;
}

/** The models that are configured: what they are, cost and can do. */
export class Models implements IModels {
  readonly #deps: ModelsDeps;

  constructor(deps: ModelsDeps) {
    this.#deps = deps;
  }

  /** What the chat asks, in order. A model whose price nobody knows is passed over by the gateway, with its reason. */
  get chain(): PricedModel[] {
    const { prices, config } = this.#deps;
    const models = prices.models(config.value);
    const chosen = config.value.chat.models;
    return chosen.length === 0 ? models : chosen.flatMap((key) => models.find((model) => model.key === key) ?? []);
  }

  async getModels(caller: Caller): Promise<ModelsView> {
    const { prices, budget, config } = this.#deps;
    const { endpoints, apiKeys } = config.value;
    const chain = this.chain.map(({ key }) => key);
    const models = prices.models(config.value);
    return {
      endpoints: Object.entries(endpoints).map(([name, { kind, url }]) => ({ name, kind, url: shown(url), hasKey: name in apiKeys, models: models.filter(({ endpoint }) => endpoint === name).map((model) => modelOf(model, chain)) })),
      chat: chain,
      budget: await budget.get(caller),
      priceDate: prices.date,
    };
  }

  async probeEndpoint(caller: Caller, { endpoint, model }: ProbeEndpointInput, signal: AbortSignal): Promise<Probe> {
    const { prices, probe, config } = this.#deps;
    const settings = config.value.endpoints[endpoint];
    if (!settings) throw endpointNotFound(endpoint);
    const own = prices.models(config.value).filter((each) => each.endpoint === endpoint);
    return probe.run(caller, endpoint, settings.url, model === undefined ? own[0] : own.find((each) => each.model === model), model, signal);
  }

  listEgress(caller: Caller, input: ListEgressInput): Promise<EgressPage> {
    return this.#deps.egress.list(caller, input);
  }

  async noteEgress(caller: Caller, input: NoteEgressInput): Promise<Done> {
    await this.#deps.egress.begin(caller, input);
    return {};
  }

  async endEgress(caller: Caller, input: EndEgressInput): Promise<Done> {
    await this.#deps.egress.end(caller, input);
    return {};
  }
}

function modelOf({ key, endpoint, model, price, contextTokens, maxOutputTokens }: PricedModel, chain: readonly string[]): Model {
  const unknown = price.source === "unknown" ? priceUnknown(key) : null;
  const place = chain.indexOf(key);
  return {
    key, endpoint, model, price, contextTokens, maxOutputTokens, chatPlace: place < 0 ? null : place + 1,
    problem: unknown ? { code: unknown.code, message: unknown.message, remedy: unknown.remedy } : null,
  };
}

/** A query may hold a key. */
function shown(url: string): string {
  const { origin, pathname } = URL.parse(url) ?? { origin: "", pathname: "" };
  return `${origin}${pathname}`;
}
