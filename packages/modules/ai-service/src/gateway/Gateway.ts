import type { ConversationId, Egress, Usage } from "@coder/api/ai-service";
import type { AppError, Caller } from "@coder/shared";
import type { ILiveConfig, RequestOutcome, Settle } from "@coder/shared/server";
import type { BudgetLedger, ReservationTicket } from "../budget/BudgetLedger.ts";
import type { AiConfig } from "../config.ts";
import type { EgressRow } from "../entities.ts";
import { answerCut, answerMalformed, answerRefused, priceUnknown } from "../errors.ts";
import { costOf, type PricedModel } from "../prices/PriceTable.ts";
import { failureOf, type Failure, type Target } from "./failure-of.ts";
import type { ModelEvent, ModelRequest, TokenUsage } from "./model-provider.ts";
import { Output } from "./Output.ts";
import type { ProviderFactory } from "./ProviderFactory.ts";
import type { Tokens } from "./Tokens.ts";
import { patienceWith, Watchdog } from "./Watchdog.ts";

const FIRST_WAIT_MS = 250;
const MOST_JITTER_MS = 500;
/** Who asks for more is passed over for the next model. */
const LONGEST_WAIT_MS = 20_000;
/** A reservation outlives its call by this much. */
const MARGIN_SECONDS = 60;

export interface Question {
  readonly caller: Caller;
  readonly purpose: Egress["purpose"];
  readonly projectId: Egress["projectId"];
  readonly conversationId: ConversationId | null;
  /** The first one that works answers. */
  readonly models: readonly PricedModel[];
  readonly request: Omit<ModelRequest, "model">;
  /** Secrets that were replaced in it. */
  readonly secrets: number;
  readonly signal: AbortSignal;
  /** How often each model is asked; as configured where absent. */
  readonly attempts?: number;
}

type AnswerEvent = Exclude<ModelEvent, { kind: "reasoning" }>;

/** `asked`: this model is asked now. `again`, `instead`: it failed; it, or another one, is asked next. `spent`: what the attempt cost. */
export type GatewayEvent =
  | AnswerEvent
  | { readonly kind: "asked"; readonly model: string }
  | { readonly kind: "again"; readonly model: string; readonly error: AppError; readonly waitMs: number }
  | { readonly kind: "instead"; readonly model: string; readonly next: string; readonly error: AppError }
  | { readonly kind: "spent"; readonly model: string; readonly usage: Usage };

/** A call that came to more than was reserved for it. */
export interface Overrun {
  readonly model: string;
  readonly reservedMicroUsd: number;
  readonly costMicroUsd: number;
  /** By the provider's own count. */
  readonly told: boolean;
}

export interface GatewayDeps {
  readonly providers: ProviderFactory;
  readonly budget: BudgetLedger;
  readonly tokens: () => Promise<Tokens>;
  readonly config: ILiveConfig<AiConfig>;
  /** For tests; waits otherwise. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** What a call cost could not be booked: all that was reserved for it counts as spent when the reservation expires. */
  readonly onUnsettled?: (error: unknown) => void;
  readonly onOverrun?: (overrun: Overrun) => void;
}

/**
 * The one way to a model. What a call may cost is reserved before it and settled after it, which nobody waits for: a reservation that is never settled counts as spent. A model that fails for now is asked again, after it the next one; once a piece of
 * an answer was handed on there is no other attempt: then the failure is thrown, and what came before it counts as cut off.
 */
export class Gateway {
  readonly #deps: GatewayDeps;
  readonly #settling = new Set<Promise<unknown>>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** Resolves when all that has ended is booked and noted. */
  async settled(): Promise<void> {
    while (this.#settling.size > 0) await Promise.all(this.#settling);
  }

  /** Lets a booking go on by itself. */
  readonly #settle = (booking: Promise<unknown>): void => {
    const settling = booking.catch((error: unknown) => this.#deps.onUnsettled?.(error)).finally(() => this.#settling.delete(settling));
    this.#settling.add(settling);
  };

  async *stream(question: Question): AsyncGenerator<GatewayEvent, void, undefined> {
    let first: AppError | null = null;
    for (const [place, model] of question.models.entries()) {
      const attempts = question.attempts ?? this.#deps.config.value.attempts;
      for (let attempt = 1; ; attempt += 1) {
        const run = new Attempt(this.#deps, question, model, this.#settle);
        yield { kind: "asked", model: model.key };
        yield* run.events();
        if (run.spent) yield { kind: "spent", model: model.key, usage: run.spent };
        if (!run.failure) return;
        question.signal.throwIfAborted();
        const { error, again, waitMs } = run.failure;
        first ??= error;
        if (run.begun) throw error;
        // All who were told the same time would come back at the same moment.
        const wait = waitMs === null ? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()) : waitMs + Math.min(waitMs * 0.1, MOST_JITTER_MS) * Math.random();
        if (again && attempt < attempts && wait <= LONGEST_WAIT_MS) {
          yield { kind: "again", model: model.key, error, waitMs: Math.round(wait) };
          await (this.#deps.wait ?? delay)(wait, question.signal);
          continue;
        }
        const next = question.models[place + 1];
        if (!next) throw first;
        yield { kind: "instead", model: model.key, next: next.key, error };
        break;
      }
    }
  }
}

/** One request to one model, with its reservation, its watchdog and its place in the ledgers. */
class Attempt {
  failure: Failure | null = null;
  /** Something of the answer was handed on. */
  begun = false;
  spent: Usage | null = null;
  #reserved: Promise<ReservationTicket> | null = null;
  #usage: TokenUsage | null = null;
  #ended = false;
  readonly #deps: GatewayDeps;
  readonly #question: Question;
  readonly #model: PricedModel;
  readonly #settle: (booking: Promise<unknown>) => void;

  constructor(deps: GatewayDeps, question: Question, model: PricedModel, settle: (booking: Promise<unknown>) => void) {
    this.#deps = deps;
    this.#question = question;
    this.#model = model;
    this.#settle = settle;
  }

  async *events(): AsyncGenerator<AnswerEvent, void, undefined> {
    const { caller, request, signal } = this.#question;
    const { price, config: endpoint } = this.#model;
    const { timeouts } = this.#deps.config.value;
    if (price.source === "unknown") {
      this.failure = { error: priceUnknown(this.#model.key), again: false, waitMs: null };
      return;
    }
    const maxOutputTokens = Math.min(request.maxOutputTokens, this.#model.maxOutputTokens);
    const [tokens] = await Promise.all([this.#deps.tokens(), this.#deps.providers.load(this.#model.endpoint)]);
    signal.throwIfAborted();
    const input = tokens.ofRequest(request);
    const worst = costOf(price, { inputTokens: tokens.worstCase(input, endpoint.url), outputTokens: maxOutputTokens });
    const output = new Output(tokens, maxOutputTokens);
    const overrun = new AbortController();
    const watchdog = new Watchdog(patienceWith(endpoint, timeouts));
    // What it may cost is reserved when the request is ready, in one step with its line in the egress ledger.
    const admit = async (line: EgressRow | null): Promise<void> => {
      await (this.#reserved = this.#deps.budget.reserve(caller, worst, timeouts.totalSeconds + MARGIN_SECONDS, line));
      watchdog.asked();
    };
    let settle: Settle = async () => undefined;
    try {
      const { purpose, projectId, conversationId, secrets } = this.#question;
      const errand = { caller, endpoint: this.#model.endpoint, model: this.#model.model, purpose, projectId, conversationId, secrets };
      const open = this.#deps.providers.open(errand, watchdog.touch, admit);
      settle = open.settle;
      for await (const event of open.provider.stream({ ...request, maxOutputTokens, model: this.#model.model }, AbortSignal.any([signal, watchdog.signal, overrun.signal]))) {
        // From a recording: nothing was sent.
        if (this.#reserved === null) await admit(null);
        output.note(event);
        this.#note(event);
        const isBeyond = !this.#ended && output.isBeyond();
        // Before the piece is handed on: who takes it may take his time.
        if (isBeyond) overrun.abort();
        if (event.kind !== "reasoning") yield event;
        if (!isBeyond) continue;
        this.#ended = true;
        yield { kind: "end", reason: "length" };
        break;
      }
      signal.throwIfAborted();
      if (watchdog.signal.aborted) throw watchdog.signal.reason;
      if (!this.#ended) throw this.begun ? answerCut() : answerMalformed("it holds no answer");
    } catch (error) {
      const cause: unknown = watchdog.signal.aborted && !signal.aborted ? watchdog.signal.reason : error;
      // A library wraps what its `fetch` threw, and not always so that it is found again.
      const refusal: unknown = await this.#reserved?.then(() => null, (refused: unknown) => refused);
      this.failure = failureOf(refusal ?? cause, this.#target());
    } finally {
      watchdog.end();
      const ticket = await this.#reserved?.catch(() => null) ?? null;
      this.#settle(Promise.all([ticket === null ? null : this.#book(ticket, worst, input, output), settle(this.#outcome())]));
    }
  }

  #target(): Target {
    return { url: this.#model.config.url, model: this.#model.model, hasKey: this.#model.endpoint in this.#deps.config.value.apiKeys };
  }

  #outcome(): RequestOutcome {
    if (this.#ended && !this.failure) return "done";
    return this.#question.signal.aborted || !this.failure ? "cancelled" : "failed";
  }

  #note(event: ModelEvent): void {
    // Some servers tell zeros instead of nothing.
    if (event.kind === "usage") this.#usage = event.usage.inputTokens + event.usage.outputTokens > 0 ? event.usage : null;
    else if (event.kind === "end") {
      this.#ended = true;
      if (event.reason === "refused" && !this.begun) throw answerRefused();
    } else if (event.kind !== "reasoning") this.begun = true;
  }

  /** By the provider's own count. Where it told none although it may have billed, by ours, which is a guess: no more than was reserved. */
  #book(ticket: ReservationTicket, reservedMicroUsd: number, input: number, output: Output): Promise<void> {
    const { caller } = this.#question;
    const { budget, onOverrun } = this.#deps;
    const silent = this.failure?.error.code === "endpoint_silent" || this.#question.signal.aborted;
    if (this.#usage === null && !this.begun && output.isEmpty && !this.#ended && !silent) return budget.release(caller, ticket);
    const told = this.#usage !== null;
    const usage = this.#usage ?? { inputTokens: input, outputTokens: output.count() };
    const cost = costOf(this.#model.price, usage);
    if (cost > reservedMicroUsd) onOverrun?.({ model: this.#model.key, reservedMicroUsd, costMicroUsd: cost, told });
    const costMicroUsd = told ? cost : Math.min(cost, reservedMicroUsd);
    this.spent = { ...usage, costMicroUsd };
    return budget.settle(caller, ticket, { microUsd: costMicroUsd, ...usage });
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
