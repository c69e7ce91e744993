import { AsyncLocalStorage } from "node:async_hooks";
import type { Fetch } from "@coder/shared/server";
import type OpenAI from "openai";
import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { z } from "zod";
import { answerMalformed } from "../errors.ts";
import { inputObject } from "./input-object.ts";
import type { IModelProvider, ModelEvent, ModelMessage, ModelRequest } from "./model-provider.ts";
import { openAiClient, type Connection } from "./provider-libraries.ts";

const MAX_MODELS = 1_000;

/** What is read of a piece; servers that are only compatible leave out the rest. */
const ChunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            // No part of OpenAI's own answers: compatible servers have it under one of these names, or both.
            reasoning_content: z.string().nullish().catch(null),
            reasoning: z.string().nullish().catch(null),
            tool_calls: z.array(z.object({ index: z.int().optional(), id: z.string().nullish(), function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish() })).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) }).nullish(),
  error: z.object({ message: z.string() }).nullish(),
});

interface GrowingCall {
  readonly index: number;
  readonly id: string;
  name: string;
  input: string;
}

type CallDelta = NonNullable<NonNullable<NonNullable<NonNullable<z.output<typeof ChunkSchema>["choices"]>[number]["delta"]>["tool_calls"]>[number]>;

const MOST_CLIENTS = 50;
const clients = new Map<string, Promise<OpenAI>>();
/** Who sends the requests of the errand at hand. */
const sender = new AsyncLocalStorage<Fetch>();

/** The library's client for an endpoint. Making one takes longer than most of what a call adds, so errands share it; each sends by a `fetch` of its own. */
function clientOf({ url, apiKey, timeoutMs }: Omit<Connection, "fetch">): Promise<OpenAI> {
  const key = JSON.stringify([url, apiKey, timeoutMs]);
  const known = clients.get(key);
  if (known) return known;
  const client = openAiClient({
    baseURL: url,
    // The library insists on one; servers that want none ignore it.
    apiKey: apiKey ?? "none",
    // Nothing of the environment: it may hold keys for something else.
    organization: null,
    project: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: (input, init) => {
      const send = sender.getStore();
      if (!send) throw new Error("A request has no sender");
      return send(input, init);
    },
  });
  for (const oldest of clients.keys()) {
    if (clients.size < MOST_CLIENTS) break;
    clients.delete(oldest);
  }
  clients.set(key, client);
  client.catch(() => clients.delete(key));
  return client;
}

/** OpenAI, and every server that speaks its chat completions. */
export class OpenAiProvider implements IModelProvider {
  readonly kind = "openai";
  readonly #connection: Omit<Connection, "fetch">;
  readonly #fetch: Fetch;
  readonly #official: boolean;

  constructor({ fetch, ...connection }: Connection) {
    this.#official = URL.parse(connection.url)?.hostname === "api.openai.com";
    this.#connection = connection;
    this.#fetch = fetch;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const calls: GrowingCall[] = [];
    let reason: string | null = null;
    const client = await clientOf(this.#connection);
    const pieces = await sender.run(this.#fetch, () => client.chat.completions.create(this.#bodyOf(request), { signal }));
    for await (const piece of pieces) {
      const { data: chunk } = ChunkSchema.safeParse(piece);
      if (!chunk) throw answerMalformed("a piece of it is no chat completion");
      if (chunk.error) throw answerMalformed(chunk.error.message.slice(0, 300));
      const choice = chunk.choices?.[0];
      const reasoning = choice?.delta?.reasoning_content || choice?.delta?.reasoning;
      if (reasoning) yield { kind: "reasoning", text: reasoning };
      if (choice?.delta?.content) yield { kind: "text", text: choice.delta.content };
      for (const [at, delta] of (choice?.delta?.tool_calls ?? []).entries()) {
        const call = callOf(calls, delta, at);
        // Some servers say the whole name again with each piece.
        if (delta.function?.name && delta.function.name !== call.name) call.name += delta.function.name;
        call.input += delta.function?.arguments ?? "";
        yield { kind: "tool_delta", id: call.id, name: call.name, input: call.input };
      }
      reason = choice?.finish_reason ?? reason;
      if (chunk.usage) yield { kind: "usage", usage: { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens } };
    }
    if (reason === null) return;
    for (const { id, name, input } of calls) yield { kind: "tool_call", call: { id, name, input: input === "" ? "{}" : input } };
    yield { kind: "end", reason: endOf(reason, calls.length > 0) };
  }

  async listModels(signal: AbortSignal): Promise<readonly string[]> {
    const client = await clientOf(this.#connection);
    return sender.run(this.#fetch, async () => {
      const names: string[] = [];
      for await (const { id } of client.models.list({ signal })) {
        names.push(id);
        if (names.length === MAX_MODELS) break;
      }
      return names;
    });
  }

  #bodyOf({ model, system, messages, tools, maxOutputTokens, json }: ModelRequest): ChatCompletionCreateParamsStreaming {
    return {
      model,
      messages: [...(system === "" ? [] : [{ role: "system" as const, content: system }]), ...messages.map(messageOf)],
      ...(tools.length === 0 ? {} : { tools: tools.map(({ name, description, inputSchema }) => ({ type: "function" as const, function: { name, description, parameters: inputSchema } })) }),
      // Compatible servers know the older name alone.
      ...(this.#official ? { max_completion_tokens: maxOutputTokens } : { max_tokens: maxOutputTokens }),
      ...(json ? { response_format: { type: "json_object" as const } } : {}),
      stream: true,
      stream_options: { include_usage: true },
    };
  }
}

/** The call that a piece belongs to. Servers that count all calls as the first one tell them apart by their ids. */
function callOf(calls: GrowingCall[], delta: CallDelta, at: number): GrowingCall {
  const index = delta.index ?? at;
  const known = calls.findLast((call) => call.index === index);
  const another = known !== undefined && delta.id && delta.id !== known.id && delta.function?.name;
  if (known && !another) return known;
  const call: GrowingCall = { index, id: delta.id || `call-${calls.length}`, name: "", input: "" };
  calls.push(call);
  return call;
}

function messageOf(message: ModelMessage): ChatCompletionMessageParam {
  if (message.role === "user") return { role: "user", content: message.text };
  if (message.role === "tool") return { role: "tool", tool_call_id: message.callId, content: message.text };
  const calls = message.toolCalls.map(({ id, name, input }) => ({ id, type: "function" as const, function: { name, arguments: JSON.stringify(inputObject(input)) } }));
  return { role: "assistant", content: message.text === "" && calls.length > 0 ? null : message.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

function endOf(reason: string, called: boolean): "stop" | "length" | "tools" | "refused" {
  if (reason === "length") return "length";
  if (reason === "content_filter") return "refused";
  return called ? "tools" : "stop";
}
