import type { EndpointKind } from "@coder/api/ai-service";

/** A tool the model may call; its input by JSON Schema. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
}

/** `input`: JSON as the model wrote it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: string;
}

export type ModelMessage =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly text: string };

/** What is asked, in no provider's words. The same request has the same hash whoever answers it. */
export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolDefinition[];
  readonly maxOutputTokens: number;
  /** The answer must be JSON. */
  readonly json?: true;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A piece of an answer. `reasoning` is billed as the rest is and shown to nobody. `tool_delta` tells how a call grows; `tool_call` is the whole of it. The last event is `end`. */
export type ModelEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | { readonly kind: "tool_delta"; readonly id: string; readonly name: string; readonly input: string }
  | { readonly kind: "tool_call"; readonly call: ToolCall }
  | { readonly kind: "usage"; readonly usage: TokenUsage }
  | { readonly kind: "end"; readonly reason: "stop" | "length" | "tools" | "refused" };

/** One way to ask models. It sends once, retries nothing, and throws what its library throws; an answer that stops without an `end` was cut off. */
export interface IModelProvider {
  readonly kind: EndpointKind | "builtin";
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Names of the models it offers. */
  listModels(signal: AbortSignal): Promise<readonly string[]>;
}
