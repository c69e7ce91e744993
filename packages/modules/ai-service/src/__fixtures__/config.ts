import type { AiConfig } from "../config.ts";

/** For servers that say nothing. Whatever answers is given longer, so that a machine at work on something else makes no answer late. */
export const IMPATIENT: AiConfig["timeouts"] = { firstByteSeconds: 0.4, idleSeconds: 0.4, totalSeconds: 5 };

/** Settings of a module without models. */
export const CONFIG: AiConfig = {
  endpoints: {}, apiKeys: {}, allowedPrivateHosts: ["127.0.0.1", "localhost"],
  chat: { models: [], maxOutputTokens: 500, contextTokens: 64_000, toolRounds: 4 },
  budget: { monthlyUsd: 1 },
  timeouts: { firstByteSeconds: 20, idleSeconds: 20, totalSeconds: 30 },
  attempts: 3,
  recording: { mode: "off", folder: null },
};

/** An endpoint with one model at the mock. */
export function endpointAt(kind: "openai" | "anthropic", url: string, model = "test-model", price: { inputPrice?: number; outputPrice?: number } = { inputPrice: 1, outputPrice: 2 }): AiConfig["endpoints"][string] {
  return { kind, url: kind === "openai" ? `${url}/v1` : url, models: { [model]: price } };
}
