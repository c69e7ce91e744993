import { createMemoryDatabase, type IDatabase } from "@coder/db";
import type { Caller } from "@coder/shared";
import { somebody } from "@coder/testing";
import { BudgetLedger } from "../budget/BudgetLedger.ts";
import type { AiConfig } from "../config.ts";
import { EgressLedger } from "../egress/EgressLedger.ts";
import { egressEntity } from "../entities.ts";
import { Gateway, type GatewayEvent, type Overrun, type Question } from "../gateway/Gateway.ts";
import { ProviderFactory } from "../gateway/ProviderFactory.ts";
import { tokensWhenNeeded } from "../gateway/Tokens.ts";
import { PriceTable } from "../prices/PriceTable.ts";
import { CONFIG } from "./config.ts";

/** A gateway on a memory database whose waits between attempts are noted instead of waited. */
export class GatewayRig {
  readonly caller: Caller = somebody();
  readonly database: IDatabase;
  readonly config: AiConfig;
  readonly waits: number[] = [];
  readonly overruns: Overrun[] = [];
  readonly budget: BudgetLedger;
  readonly gateway: Gateway;
  readonly providers: ProviderFactory;

  constructor(config: Partial<AiConfig>, database: IDatabase = createMemoryDatabase()) {
    this.config = { ...CONFIG, ...config };
    this.database = database;
    const live = { value: this.config, onChange: () => () => {} };
    const now = () => new Date();
    this.budget = new BudgetLedger({ database, now, limitMicroUsd: () => this.config.budget.monthlyUsd * 1_000_000 });
    this.providers = new ProviderFactory({ egress: new EgressLedger({ database, now }), config: live });
    this.gateway = new Gateway({ providers: this.providers, budget: this.budget, tokens: tokensWhenNeeded(), config: live, wait: async (ms) => void this.waits.push(ms), onOverrun: (overrun) => void this.overruns.push(overrun) });
  }

  ask(text: string, more: Partial<Question> & { readonly tools?: Question["request"]["tools"] } = {}): AsyncGenerator<GatewayEvent, void, undefined> {
    const { tools = [], ...question } = more;
    return this.gateway.stream({
      caller: this.caller, purpose: "chat", projectId: null, conversationId: null, models: new PriceTable().models(this.config), secrets: 0, signal: AbortSignal.timeout(20_000),
      request: { system: "Be brief.", messages: [{ role: "user", text }], tools, maxOutputTokens: 300 }, ...question,
    });
  }

  /** All events up to its end or failure. */
  async outcome(text: string, more: Partial<Question> & { readonly tools?: Question["request"]["tools"] } = {}): Promise<{ readonly events: GatewayEvent[]; readonly text: string; readonly error: unknown }> {
    const events: GatewayEvent[] = [];
    let error: unknown = null;
    try {
      for await (const event of this.ask(text, more)) events.push(event);
    } catch (thrown) {
      error = thrown;
    }
    return { events, error, text: events.flatMap((event) => (event.kind === "text" ? [event.text] : [])).join("") };
  }

  /** Watches the budget for as long as the work lasts, its bookings too. Returns how often it was seen over its limit. */
  async timesOverBudget(work: () => Promise<unknown>): Promise<number> {
    let over = 0;
    const ended = new AbortController();
    const watch = (async () => {
      while (!ended.signal.aborted) {
        const { spentMicroUsd, reservedMicroUsd, limitMicroUsd } = await this.budget.get(this.caller);
        if (spentMicroUsd + reservedMicroUsd > limitMicroUsd) over += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await work();
    await this.gateway.settled();
    ended.abort();
    await watch;
    return over;
  }

  async egress() {
    await this.gateway.settled();
    return (await this.database.for(this.caller).repository(egressEntity).query({}, { sort: { field: "at", direction: "asc" } })).items;
  }
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
