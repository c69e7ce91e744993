import type { Caller, Done } from "@coder/shared";
import type { EgressPage, EndEgressInput, ListEgressInput, Models, NoteEgressInput, Probe, ProbeEndpointInput } from "./model-schemas.ts";

export interface IModels {
  /** What is configured, what it costs and what is left of the budget. Asks no endpoint. */
  getModels(caller: Caller): Promise<Models>;
  /** `endpoint_not_found` (404). A failure of the endpoint is an answer and no error. */
  probeEndpoint(caller: Caller, input: ProbeEndpointInput, signal: AbortSignal): Promise<Probe>;
  listEgress(caller: Caller, input: ListEgressInput): Promise<EgressPage>;
  /** For modules that ask an endpoint of their own: before the request leaves, which a refusal stops. */
  noteEgress(caller: Caller, input: NoteEgressInput): Promise<Done>;
  /** How that request ended. `not_found` (404) for one that was not noted. */
  endEgress(caller: Caller, input: EndEgressInput): Promise<Done>;
}
