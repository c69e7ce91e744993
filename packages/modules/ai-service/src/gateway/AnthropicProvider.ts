import type Anthropic from "@anthropic-ai/sdk";
import type { ContentBlockParam, MessageCreateParamsStreaming, MessageParam } from "@anthropic-ai/sdk/resources/messages";
import { z } from "zod";
import { answerMalformed } from "../errors.ts";
import { inputObject } from "./input-object.ts";
import type { IModelProvider, ModelEvent, ModelMessage, ModelRequest } from "./model-provider.ts";
import { anthropicClient, type Connection } from "./provider-libraries.ts";

const MAX_MODELS = 1_000;

const UsageSchema = z.object({ input_tokens: z.int().min(0).nullish(), output_tokens: z.int().min(0).nullish(), cache_creation_input_tokens: z.int().nullish(), cache_read_input_tokens: z.int().nullish() });
/** What is read of each event; others carry nothing that is shown. */
const EventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message_start"), message: z.object({ usage: UsageSchema.nullish() }) }),
  z.object({ type: z.literal("content_block_start"), index: z.int(), content_block: z.object({ type: z.string(), id: z.string().optional(), name: z.string().optional() }) }),
  z.object({ type: z.literal("content_block_delta"), index: z.int(), delta: z.object({ type: z.string(), text: z.string().optional(), thinking: z.string().optional(), partial_json: z.string().optional() }) }),
  z.object({ type: z.literal("message_delta"), delta: z.object({ stop_reason: z.string().nullish() }), usage: UsageSchema.nullish() }),
  z.object({ type: z.literal("message_stop") }),
]);

interface GrowingCall {
  readonly id: string;
  readonly name: string;
  input: string;
}

/** Anthropic's messages. */
export class AnthropicProvider implements IModelProvider {
  readonly kind = "anthropic";
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const calls = new Map<number, GrowingCall>();
    let [input, output] = [0, 0];
    let reason: string | null = null;
    const client = await this.#client();
    for await (const piece of await client.messages.create(bodyOf(request), { signal })) {
      const { data: event } = EventSchema.safeParse(piece);
      if (!event) {
        if (KNOWN.has(piece.type)) throw answerMalformed("a piece of it is no message of Anthropic's");
        continue;
      }
      if (event.type === "message_start") {
        input = inputOf(event.message.usage);
        output = event.message.usage?.output_tokens ?? 0;
      } else if (event.type === "content_block_start" && event.content_block.type === "tool_use") {
        const call = { id: event.content_block.id ?? `call-${event.index}`, name: event.content_block.name ?? "", input: "" };
        calls.set(event.index, call);
        yield { kind: "tool_delta", ...call };
      } else if (event.type === "content_block_delta") {
        if (event.delta.type === "text_delta" && event.delta.text) yield { kind: "text", text: event.delta.text };
        if (event.delta.type === "thinking_delta" && event.delta.thinking) yield { kind: "reasoning", text: event.delta.thinking };
        const call = calls.get(event.index);
        if (call && event.delta.type === "input_json_delta") {
          call.input += event.delta.partial_json ?? "";
          yield { kind: "tool_delta", ...call };
        }
      } else if (event.type === "message_delta") {
        reason = event.delta.stop_reason ?? reason;
        input = Math.max(input, inputOf(event.usage));
        output = event.usage?.output_tokens ?? output;
        yield { kind: "usage", usage: { inputTokens: input, outputTokens: output } };
      } else if (event.type === "message_stop") {
        for (const call of calls.values()) yield { kind: "tool_call", call: { ...call, input: call.input === "" ? "{}" : call.input } };
        yield { kind: "end", reason: endOf(reason, calls.size > 0) };
      }
    }
  }

  async listModels(signal: AbortSignal): Promise<readonly string[]> {
    const names: string[] = [];
    const client = await this.#client();
    for await (const { id } of client.models.list({}, { signal })) {
      names.push(id);
      if (names.length === MAX_MODELS) break;
    }
    return names;
  }

  #client(): Promise<Anthropic> {
    const { url, apiKey, timeoutMs, fetch } = this.#connection;
    return anthropicClient({
      // The library adds the version itself.
      baseURL: url.replace(/\/(v1\/?)?$/, ""),
      // With a key of its own it looks for none in the environment or in files.
      apiKey: apiKey ?? "none",
      logLevel: "off",
      maxRetries: 0,
      timeout: timeoutMs,
      fetch,
    });
  }
}

const KNOWN: ReadonlySet<string> = new Set(["message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop"]);

function inputOf(usage: z.output<typeof UsageSchema> | null | undefined): number {
  return (usage?.input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0);
}

function bodyOf({ model, system, messages, tools, maxOutputTokens, json }: ModelRequest): MessageCreateParamsStreaming {
  const told = json ? `${system}\nAnswer with JSON and nothing else.`.trim() : system;
  return {
    model,
    ...(told === "" ? {} : { system: told }),
    messages: turnsOf(messages),
    ...(tools.length === 0 ? {} : { tools: tools.map(({ name, description, inputSchema }) => ({ name, description, input_schema: { ...inputSchema, type: "object" as const } })) }),
    max_tokens: maxOutputTokens,
    stream: true,
  };
}

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: ContentBlockParam[];
}

/** Results of tools are blocks of one user message there. */
function turnsOf(messages: readonly ModelMessage[]): MessageParam[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const turn = turnOf(message);
    const last = turns.at(-1);
    if (last?.role === turn.role) last.content.push(...turn.content);
    else turns.push(turn);
  }
  return turns;
}

function turnOf(message: ModelMessage): Turn {
  if (message.role === "user") return { role: "user", content: [{ type: "text", text: message.text }] };
  if (message.role === "tool") return { role: "user", content: [{ type: "tool_result", tool_use_id: message.callId, content: message.text }] };
  const text = message.text.trim() === "" ? [] : [{ type: "text" as const, text: message.text }];
  return { role: "assistant", content: [...text, ...message.toolCalls.map(({ id, name, input }) => ({ type: "tool_use" as const, id, name, input: inputObject(input) }))] };
}

function endOf(reason: string | null, called: boolean): "stop" | "length" | "tools" | "refused" {
  if (reason === "max_tokens") return "length";
  if (reason === "refusal") return "refused";
  return called ? "tools" : "stop";
}
