import type { Caller } from "@coder/shared";
import type { EgressPage, ListEgressInput, Models, Probe, ProbeEndpointInput } from "./model-schemas.ts";

export interface IModels {
  /** What is configured, what it costs and what is left of the budget. Asks no endpoint. */
  getModels(caller: Caller): Promise<Models>;
  /** `endpoint_not_found` (404). A failure of the endpoint is an answer and no error. */
  probeEndpoint(caller: Caller, input: ProbeEndpointInput, signal: AbortSignal): Promise<Probe>;
  listEgress(caller: Caller, input: ListEgressInput): Promise<EgressPage>;
}
