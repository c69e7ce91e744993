import type { Probe, ProbeCheck } from "@coder/api/ai-service";
import { isAppError, type Caller } from "@coder/shared";
import { answerMalformed, jsonNotKept, modelNotConfigured, modelNotOffered, notStreamed, toolsNotUsed } from "../errors.ts";
import type { Gateway } from "../gateway/Gateway.ts";
import { failureOf } from "../gateway/failure-of.ts";
import type { ModelRequest } from "../gateway/model-provider.ts";
import type { ProviderFactory } from "../gateway/ProviderFactory.ts";
import { Watchdog, type Patience } from "../gateway/Watchdog.ts";
import type { PricedModel } from "../prices/PriceTable.ts";

const TOOL = { name: "note_number", description: "Notes a number.", inputSchema: { type: "object", properties: { number: { type: "integer" } }, required: ["number"], additionalProperties: false } };
const OUTPUT_TOKENS = 200;

export interface EndpointProbeDeps {
  readonly gateway: Gateway;
  readonly providers: ProviderFactory;
  readonly patience: (endpoint: string) => Patience;
  /** Whether a key is set for the endpoint. */
  readonly hasKey: (endpoint: string) => boolean;
  readonly now: () => Date;
}

/** Finds out what an endpoint and a model of it can do: each check once, through the gateway, so that it is guarded, paid for and noted like any other request. */
export class EndpointProbe {
  readonly #deps: EndpointProbeDeps;

  constructor(deps: EndpointProbeDeps) {
    this.#deps = deps;
  }

  async run(caller: Caller, endpoint: string, url: string, model: PricedModel | undefined, wanted: string | undefined, signal: AbortSignal): Promise<Probe> {
    const checks: ProbeCheck[] = [];
    const note = async (name: ProbeCheck["name"], work: () => Promise<void>): Promise<boolean> => {
      const begun = performance.now();
      const tookMs = () => Math.round(performance.now() - begun);
      try {
        await work();
        checks.push({ name, state: "works", tookMs: tookMs(), problem: null });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        const { code, message, remedy } = isAppError(error) ? error : failureOf(error, { url, model: model?.model ?? "", hasKey: this.#deps.hasKey(endpoint) }).error;
        checks.push({ name, state: "fails", tookMs: tookMs(), problem: { code, message, remedy } });
        return false;
      }
    };
    const skip = (...names: ProbeCheck["name"][]): void => void checks.push(...names.map((name) => ({ name, state: "skipped" as const, tookMs: null, problem: null })));

    let offered: readonly string[] | null = null;
    // A server that has no list of models may well answer.
    const reached = await note("reach", async () => void (offered = await this.#offered(caller, endpoint, url, signal)));
    const done = (works: boolean): Probe => ({ endpoint, model: model?.model ?? null, works, checks, offered: [...(offered ?? [])].sort(), checkedAt: this.#deps.now().toISOString() });
    if (!reached) return (skip("model", "chat", "stream", "tools", "json"), done(false));
    if (!model) {
      await note("model", () => Promise.reject(modelNotConfigured(`${endpoint}/${wanted ?? ""}`)));
      return (skip("chat", "stream", "tools", "json"), done(false));
    }
    if (offered === null) skip("model");
    else if (!(await note("model", () => requireOffered(offered ?? [], model.model)))) return (skip("chat", "stream", "tools", "json"), done(false));
    let pieces = 0;
    const chat = await note("chat", async () => void (pieces = (await this.#ask(caller, model, "Count from 1 to 20, separated by blanks.", signal)).pieces));
    if (!chat) return (skip("stream", "tools", "json"), done(false));
    const stream = await note("stream", async () => {
      if (pieces < 2) throw notStreamed();
    });
    await note("tools", async () => {
      const { calls } = await this.#ask(caller, model, "Note the number 7 with the tool.", signal, { tools: [TOOL] });
      if (!calls.some(({ name, input }) => name === TOOL.name && isJson(input))) throw toolsNotUsed();
    });
    await note("json", async () => {
      const { text } = await this.#ask(caller, model, 'Answer with the JSON object {"ok": true}.', signal, { json: true });
      if (!isJson(text)) throw jsonNotKept();
    });
    return done(chat && stream);
  }

  /** Null where the endpoint has no list, or an empty one: whether the model is there is not said then. */
  async #offered(caller: Caller, endpoint: string, url: string, signal: AbortSignal): Promise<readonly string[] | null> {
    await this.#deps.providers.load(endpoint);
    const watchdog = new Watchdog(this.#deps.patience(endpoint));
    watchdog.asked();
    const { provider, settle } = this.#deps.providers.open({ caller, endpoint, model: null, purpose: "probe", projectId: null, conversationId: null, secrets: 0 }, watchdog.touch);
    let outcome: "done" | "failed" = "failed";
    try {
      const names = await provider.listModels(AbortSignal.any([signal, watchdog.signal]));
      outcome = "done";
      return names.length === 0 ? null : names;
    } catch (error) {
      if (watchdog.signal.aborted) throw watchdog.signal.reason;
      const { error: problem } = failureOf(error, { url, model: "", hasKey: this.#deps.hasKey(endpoint) });
      if (problem.code === "endpoint_not_found_upstream" || problem.code === "endpoint_rejected") return null;
      throw problem;
    } finally {
      watchdog.end();
      await settle(outcome);
    }
  }

  async #ask(caller: Caller, model: PricedModel, text: string, signal: AbortSignal, more: Partial<Pick<ModelRequest, "tools" | "json">> = {}) {
    const calls: { name: string; input: string }[] = [];
    let [answer, pieces] = ["", 0];
    const request = { system: "", messages: [{ role: "user" as const, text }], tools: [], maxOutputTokens: OUTPUT_TOKENS, ...more };
    for await (const event of this.#deps.gateway.stream({ caller, purpose: "probe", projectId: null, conversationId: null, models: [model], request, secrets: 0, signal, attempts: 1 })) {
      if (event.kind === "text") {
        answer += event.text;
        pieces += 1;
      }
      if (event.kind === "tool_call") calls.push(event.call);
    }
    if (answer === "" && calls.length === 0) throw answerMalformed("it is empty");
    return { text: answer, calls, pieces };
  }
}

async function requireOffered(offered: readonly string[], model: string): Promise<void> {
  if (offered.includes(model) || offered.includes(`${model}:latest`)) return;
  throw modelNotOffered(model, offered);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
