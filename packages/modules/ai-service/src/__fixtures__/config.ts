import type { AiConfig } from "../config.ts";

/** Settings of a module without models, with short waits. */
export const CONFIG: AiConfig = {
  endpoints: {}, apiKeys: {}, allowedPrivateHosts: ["127.0.0.1", "localhost"],
  chat: { models: [], maxOutputTokens: 500, contextTokens: 64_000, toolRounds: 4 },
  budget: { monthlyUsd: 1 },
  timeouts: { firstByteSeconds: 0.4, idleSeconds: 0.4, totalSeconds: 5 },
  attempts: 3,
  recording: { mode: "off", folder: null },
};

/** An endpoint with one model at the mock. */
export function endpointAt(kind: "openai" | "anthropic", url: string, model = "test-model", price: { inputPrice?: number; outputPrice?: number } = { inputPrice: 1, outputPrice: 2 }): AiConfig["endpoints"][string] {
  return { kind, url: kind === "openai" ? `${url}/v1` : url, models: { [model]: price } };
}
