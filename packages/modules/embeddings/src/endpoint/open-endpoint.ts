import type { ProjectId } from "@coder/api/workspace";
import type { EndpointConfig } from "../config.ts";
import type { EgressClient } from "./egress.ts";
import type { EndpointClient } from "./EndpointClient.ts";

/** Null where no endpoint is set; then its library is not loaded either. */
export async function openEndpoint(config: EndpointConfig, egress: EgressClient): Promise<EndpointClient | null> {
  if (config.url === null || config.model === null) return null;
  const { EndpointClient: Client } = await import("./EndpointClient.ts");
  return new Client(config, egress);
}

/** Vectors that can be compared: of one project, made by one model in one form. Null where no endpoint is set. */
export function collectionOf(projectId: ProjectId, { url, model, dimensions }: EndpointConfig): string | null {
  return url === null || model === null ? null : JSON.stringify([projectId, model, dimensions]);
}
