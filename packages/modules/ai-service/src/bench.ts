import type { IDatabase } from "@coder/db";
import type { Caller } from "@coder/shared";
import OpenAI from "openai";
import { BudgetLedger } from "./budget/BudgetLedger.ts";
import type { AiConfig } from "./config.ts";
import { EgressLedger } from "./egress/EgressLedger.ts";
import { Gateway } from "./gateway/Gateway.ts";
import { ProviderFactory } from "./gateway/ProviderFactory.ts";
import { tokensWhenNeeded } from "./gateway/Tokens.ts";
import { PriceTable } from "./prices/PriceTable.ts";

const BUDGET_MICRO_USD = 1e12;
const KEY = "sk-of-the-benchmark-0123456789";

export interface BenchGateway {
  /** Resolves with the whole answer. */
  readonly ask: (caller: Caller, text: string) => Promise<string>;
  /** Resolves when all that was asked is booked and noted. */
  readonly settled: () => Promise<void>;
}

/** A gateway with its ledgers on that database, to one OpenAI-compatible endpoint with a key, which is kept out of all that comes back. */
export function openGateway(database: IDatabase, url: string, model: string): BenchGateway {
  const config: AiConfig = {
    endpoints: { bench: { kind: "openai", url, models: { [model]: { inputPrice: 1, outputPrice: 2 } } } },
    apiKeys: { bench: KEY },
    allowedPrivateHosts: ["127.0.0.1"],
    chat: { models: [], maxOutputTokens: 1_000, contextTokens: 64_000, toolRounds: 1 },
    budget: { monthlyUsd: 1 },
    timeouts: { firstByteSeconds: 10, idleSeconds: 10, totalSeconds: 60 },
    attempts: 1,
    recording: { mode: "off", folder: null },
  };
  const live = { value: config, onChange: () => () => {} };
  const now = () => new Date();
  const gateway = new Gateway({
    providers: new ProviderFactory({ egress: new EgressLedger({ database, now }), config: live }),
    budget: new BudgetLedger({ database, now, limitMicroUsd: () => BUDGET_MICRO_USD }),
    tokens: tokensWhenNeeded(),
    config: live,
  });
  const models = new PriceTable().models(config);
  const ask: BenchGateway["ask"] = async (caller, text) => {
    const request = { system: "Be brief.", messages: [{ role: "user" as const, text }], tools: [], maxOutputTokens: 1_000 };
    let answer = "";
    for await (const event of gateway.stream({ caller, purpose: "chat", projectId: null, conversationId: null, models, request, secrets: 0, signal: AbortSignal.timeout(60_000) })) if (event.kind === "text") answer += event.text;
    return answer;
  };
  return { ask, settled: () => gateway.settled() };
}

/** The same question by the library alone, for comparison. `headers`: for a gateway of somebody else's on the way. `whole`: answered at once and not in pieces. */
export function askDirectly(url: string, model: string, { headers = {}, whole = false }: { readonly headers?: Readonly<Record<string, string>>; readonly whole?: boolean } = {}): (text: string) => Promise<string> {
  const client = new OpenAI({ baseURL: url, apiKey: KEY, organization: null, project: null, logLevel: "off", maxRetries: 0, defaultHeaders: headers });
  return async (text) => {
    if (whole) return (await client.chat.completions.create({ model, messages: question(text), max_tokens: 1_000 })).choices[0]?.message.content ?? "";
    let answer = "";
    for await (const chunk of await client.chat.completions.create({ model, messages: question(text), max_tokens: 1_000, stream: true, stream_options: { include_usage: true } })) answer += chunk.choices[0]?.delta.content ?? "";
    return answer;
  };
}

function question(text: string): OpenAI.ChatCompletionMessageParam[] {
  return [{ role: "system", content: "Be brief." }, { role: "user", content: text }];
}
