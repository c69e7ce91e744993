import type { ProjectId } from "@coder/api/workspace";
import type { EndpointConfig } from "../config.ts";
import type { EgressClient } from "./egress.ts";
import { EndpointClient } from "./EndpointClient.ts";

/** Null where no endpoint is set. */
export function openEndpoint(config: EndpointConfig, egress: EgressClient): EndpointClient | null {
  return config.url === null || config.model === null ? null : new EndpointClient(config, egress);
}

/** Vectors that can be compared: of one project, made by one model in one form. Null where no endpoint is set. */
export function collectionOf(projectId: ProjectId, { url, model, dimensions }: EndpointConfig): string | null {
  return url === null || model === null ? null : JSON.stringify([projectId, model, dimensions]);
}
