import { codeGenerationClient } from "@coder/api/code-generation/router";
import { embeddingsClient } from "@coder/api/embeddings/router";
import { executionClient } from "@coder/api/execution/router";
import { workspaceClient } from "@coder/api/workspace/router";
import type { IDatabase } from "@coder/db";
import type { ClientFactory, ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { AiService } from "./AiService.ts";
import { BudgetLedger } from "./budget/BudgetLedger.ts";
import { BuiltinAnswerer } from "./builtin/BuiltinAnswerer.ts";
import { parseCommand } from "./builtin/parse-command.ts";
import type { AiConfig } from "./config.ts";
import { Conversations } from "./conversations/Conversations.ts";
import { ConversationStore } from "./conversations/ConversationStore.ts";
import { ModelAnswerer } from "./conversations/ModelAnswerer.ts";
import { EgressLedger } from "./egress/EgressLedger.ts";
import { Gateway } from "./gateway/Gateway.ts";
import { ProviderFactory } from "./gateway/ProviderFactory.ts";
import { tokensWhenNeeded } from "./gateway/Tokens.ts";
import { patienceWith } from "./gateway/Watchdog.ts";
import { Models } from "./models/Models.ts";
import { PriceTable } from "./prices/PriceTable.ts";
import { EndpointProbe } from "./probe/EndpointProbe.ts";
import { actingTools } from "./tools/acting-tools.ts";
import { ExecutionPorts } from "./tools/ExecutionPorts.ts";
import { ProjectFiles } from "./tools/ProjectFiles.ts";
import { readingTools } from "./tools/reading-tools.ts";
import { Toolbox } from "./tools/Toolbox.ts";

const MICRO = 1_000_000;

export interface AssembleDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<AiConfig>;
  readonly client: ClientFactory;
  readonly now: () => Date;
  readonly log: ILogger;
}

/** All parts of the module, joined. */
export function assemble({ database, config, client, now, log }: AssembleDeps): { readonly service: AiService; readonly store: ConversationStore; readonly stop: () => Promise<void> } {
  const workspace = client(workspaceClient);
  const embeddings = client(embeddingsClient);
  const generation = client(codeGenerationClient);
  const execution = new ExecutionPorts({ execution: client(executionClient) });
  const files = new ProjectFiles({ workspace });
  const tokens = tokensWhenNeeded();
  const egress = new EgressLedger({ database, now });
  const providers = new ProviderFactory({ egress, config });
  const budget = new BudgetLedger({ database, now, limitMicroUsd: () => Math.round(config.value.budget.monthlyUsd * MICRO) });
  const gateway = new Gateway({
    providers, budget, tokens, config,
    onUnsettled: (error) => log.warn({ err: error }, "What a call to a model cost could not be booked; what was reserved for it counts as spent"),
    onOverrun: (overrun) => log.warn(overrun, "A call to a model came to more than was reserved for it: its server does not keep to the limits it is given, or counts otherwise. What it told is booked as far as the budget has room; where it told nothing, what was reserved is"),
  });
  const probe = new EndpointProbe({ gateway, providers, now, patience: (endpoint) => patienceWith(config.value.endpoints[endpoint] ?? {}, config.value.timeouts), hasKey: (endpoint) => endpoint in config.value.apiKeys });
  const models = new Models({ prices: new PriceTable(), budget, egress, probe, config });
  const toolbox = new Toolbox([...readingTools({ files, workspace, embeddings }), ...actingTools({ files, proposals: execution, runs: execution, generation })]);
  const modelAnswerer = new ModelAnswerer({ gateway, tokens, toolbox, files, config, models: () => models.chain });
  const hasModel = (): boolean => models.chain.length > 0;
  const builtin = new BuiltinAnswerer({ workspace, files, embeddings, generation, runs: execution, hasModel });
  const store = new ConversationStore({ database, now });
  const conversations = new Conversations({
    store, workspace, now, log,
    answererFor: (text) => (hasModel() && parseCommand(text).name === "meaning" ? { answerer: modelAnswerer, model: models.chain[0]?.key ?? "builtin" } : { answerer: builtin, model: "builtin" }),
  });
  const stop = async (): Promise<void> => {
    await conversations.stop();
    await gateway.settled();
  };
  return { service: new AiService({ models, conversations }), store, stop };
}
