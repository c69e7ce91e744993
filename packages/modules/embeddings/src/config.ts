import type { OrganizationId } from "@coder/shared";
import { organizationSettings, settingsFor } from "@coder/shared/server";
import { z } from "zod";

const count = z.coerce.number<number>().int().min(1);
const quota = {
  chunks: count.meta({ description: "Functions and other pieces of code that one organization may have in its indexes" }),
  bytes: count.meta({ description: "Bytes that the indexes of one organization may take" }),
};

export const EmbeddingsConfigSchema = z.strictObject({
  quota: z.strictObject(quota),
  organizations: organizationSettings(quota).meta({ merge: true, description: "Quota of indexes for single organizations, where it differs: by the organization's id" }),
  limits: z.strictObject({
    maxFileBytes: count.max(8 * 1024 ** 2).meta({ description: "Largest file that is indexed" }),
    memoryBytes: count.meta({ description: "Memory that one process may use to keep indexes ready for searches" }),
  }),
  endpoint: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).nullable().meta({ description: "Base address of an OpenAI-compatible server, such as https://api.openai.com/v1; without one, searches use no model" }),
    model: z.string().min(1).nullable().meta({ description: "Embedding model to ask the server for" }),
    apiKey: z.string().min(1).nullable().meta({ secret: true, description: "Key for the server, where it wants one" }),
    dimensions: z.coerce.number().int().min(1).max(8_192).nullable().meta({ description: "Dimensions to ask for, where the model can be asked; its own otherwise" }),
    allowPrivateAddress: z.boolean().meta({ settable: false, description: "Whether the server may have a private address, such as one on this machine" }),
    timeoutSeconds: z.coerce.number().int().min(1).max(600).meta({ description: "How long one request to the server may take while indexing; searches wait 5 seconds at most" }),
    batchSize: count.max(2_048).meta({ description: "Chunks sent to the server in one request" }),
  }),
}).refine(({ endpoint: { url, model } }) => url === null || model !== null, { path: ["endpoint", "model"], error: "An endpoint needs a model: set embeddings.endpoint.model" });
export type EmbeddingsConfig = z.output<typeof EmbeddingsConfigSchema>;

/** How much the indexes of one organization may take. */
export function quotaOf({ quota: everybodys, organizations }: EmbeddingsConfig, organizationId: OrganizationId): EmbeddingsConfig["quota"] {
  return settingsFor(everybodys, organizations, organizationId);
}
export type EndpointConfig = EmbeddingsConfig["endpoint"];
