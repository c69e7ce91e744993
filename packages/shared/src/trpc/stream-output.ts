import { tracked, type TrackedEnvelope } from "@trpc/server";
import { z } from "zod";
import type { LiveItem } from "../live.ts";

/** What a subscription answers, item by item: its schema, and how each item goes out. tRPC reads the types from the two fields that are never set. */
export class StreamOutput<In, Out> {
  declare readonly _input: AsyncIterable<In>;
  declare readonly _output: AsyncIterable<Out>;
  /** Of one item, for the document. */
  readonly item: z.ZodType;
  readonly #send: (item: unknown) => Out;

  constructor(deps: { readonly item: z.ZodType; readonly send: (item: unknown) => Out }) {
    this.item = deps.item;
    this.#send = deps.send;
  }

  parse(source: unknown): AsyncIterable<Out> {
    if (!isAsyncIterable(source)) throw new Error("A live stream answers an async iterable");
    return heard(sent(source, this.#send));
  }
}

const GapSchema = z.object({ id: z.string(), gap: z.literal(true) });
const HappenedSchema = z.object({ id: z.string(), event: z.unknown() });

/** The output of a live stream whose items can be resumed after: `LiveItem`s of this event. */
export function liveOf<Event extends z.ZodType>(event: Event): StreamOutput<LiveItem<z.input<Event>>, TrackedEnvelope<LiveItem<z.output<Event>>>> {
  return new StreamOutput({
    item: z.union([z.object({ id: z.string(), event }), GapSchema]),
    send: (value) => {
      const gap = GapSchema.safeParse(value).data;
      if (gap) return tracked(gap.id, gap);
      const { id, event: happened } = HappenedSchema.parse(value);
      return tracked(id, { id, event: event.parse(happened) });
    },
  });
}

/** The output of a stream that ends, like results as they are found. One that breaks off begins anew. */
export function streamOf<Item extends z.ZodType>(item: Item): StreamOutput<z.input<Item>, z.output<Item>> {
  return new StreamOutput({ item, send: (value) => item.parse(value) });
}

async function* sent<Out>(source: AsyncIterable<unknown>, send: (item: unknown) => Out): AsyncGenerator<Out, void, undefined> {
  for await (const item of source) yield send(item);
}

/**
 * Whoever reads a stream may leave while its next item is on its way. If that then fails, for example because leaving ended the work, nobody is there to hear of it,
 * and a failure that nobody hears of ends the process.
 */
function heard<Item>(stream: AsyncGenerator<Item, void, undefined>): AsyncGenerator<Item, void, undefined> {
  const next = stream.next.bind(stream);
  stream.next = () => {
    const item = next();
    item.catch(() => undefined);
    return item;
  };
  return stream;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
