import type { Fetch } from "@coder/shared/server";
import { KeyMask } from "./KeyMask.ts";
import type { IModelProvider, ModelEvent, ModelRequest } from "./model-provider.ts";

/** Answers without the key that was sent: some servers repeat it in their errors, and those are shown, stored and logged. */
export function fetchWithoutKey(send: Fetch, key: string | null): Fetch {
  if (key === null) return send;
  return async (input, init) => {
    const answer = await send(input, init);
    const mask = new KeyMask(key);
    const headers = [...answer.headers].map(([name, value]): [string, string] => [name, mask.whole(value)]);
    return new Response(answer.body?.pipeThrough(maskedBytes(mask)) ?? null, { status: answer.status, headers });
  };
}

/** Byte for byte: a key is ASCII, and whatever else comes is left as it is. */
function maskedBytes(mask: KeyMask): TransformStream<Uint8Array, Uint8Array> {
  const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
  return new TransformStream({
    transform(piece, controller) {
      const text = mask.push(Buffer.from(piece).toString("latin1"));
      if (text !== "") controller.enqueue(bytes(text));
    },
    flush(controller) {
      const rest = mask.end();
      if (rest !== "") controller.enqueue(bytes(rest));
    },
  });
}

/** The same for what is said: in pieces, as a model says it, a key is no key before they are joined. */
export class ProviderWithoutKey implements IModelProvider {
  readonly #inner: IModelProvider;
  readonly #key: string;

  constructor(inner: IModelProvider, key: string) {
    this.#inner = inner;
    this.#key = key;
  }

  get kind(): IModelProvider["kind"] {
    return this.#inner.kind;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const masks = { text: new KeyMask(this.#key), reasoning: new KeyMask(this.#key) };
    for await (const event of this.#inner.stream(request, signal)) {
      if (event.kind === "text" || event.kind === "reasoning") yield* said(event.kind, masks[event.kind].push(event.text));
      else {
        yield* rests(masks);
        yield withoutKey(event, masks.text);
      }
    }
    yield* rests(masks);
  }

  listModels(signal: AbortSignal): Promise<readonly string[]> {
    return this.#inner.listModels(signal);
  }
}

type Said = "text" | "reasoning";

function* said(kind: Said, text: string): Generator<ModelEvent> {
  if (text !== "") yield { kind, text };
}

function* rests(masks: Readonly<Record<Said, KeyMask>>): Generator<ModelEvent> {
  yield* said("reasoning", masks.reasoning.end());
  yield* said("text", masks.text.end());
}

function withoutKey(event: Exclude<ModelEvent, { kind: Said }>, mask: KeyMask): ModelEvent {
  if (event.kind === "tool_delta") return { ...event, name: mask.whole(event.name), input: mask.whole(event.input) };
  if (event.kind === "tool_call") return { kind: "tool_call", call: { id: mask.whole(event.call.id), name: mask.whole(event.call.name), input: mask.whole(event.call.input) } };
  return event;
}
