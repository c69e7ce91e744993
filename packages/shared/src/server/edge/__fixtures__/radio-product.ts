// A product of live streams: a feed that a test speaks into, and streams that end in every way.
import { z } from "zod";
import { AppError } from "../../../app-error.ts";
import { resumeInput } from "../../../live.ts";
import { procedure, router } from "../../../trpc/procedure.ts";
import { liveOf, streamOf } from "../../../trpc/stream-output.ts";
import type { LiveFeed } from "../../live/LiveFeed.ts";

const SongSchema = z.object({ title: z.string() });
export type Song = z.infer<typeof SongSchema> & { readonly secret?: string };

export interface Listening {
  /** How many generators run. */
  running: number;
}

export function radioRouter(feed: LiveFeed<Song>, listening: Listening) {
  async function* counted<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    listening.running += 1;
    try {
      yield* items;
    } finally {
      listening.running -= 1;
    }
  }
  async function* first(count: number) {
    for (let n = 1; n <= count; n += 1) yield { n, internal: true };
  }
  return router({
    listen: procedure
      .meta({ permission: "radio.song.read", stream: { tags: ["radio"], summary: "What is on air" } })
      .input(z.object({ ...resumeInput, prefix: z.string().max(20).default("") }))
      .output(liveOf(SongSchema))
      .subscription(({ ctx, input }) => counted(feed.subscribe(input.lastEventId, ctx.signal, ({ title }) => title.startsWith(input.prefix)))),
    find: procedure
      .meta({ permission: "radio.song.read" })
      .input(z.object({ count: z.number().int().min(0).max(1_000_000) }))
      .output(streamOf(z.object({ n: z.number() })))
      .subscription(({ input }) => counted(first(input.count))),
    breakDown: procedure
      .meta({ permission: "radio.song.read" })
      .input(z.object({ how: z.enum(["fault", "refusal"]) }))
      .output(streamOf(z.object({ n: z.number() })))
      .subscription(async function* ({ input }) {
        yield { n: 1 };
        if (input.how === "fault") throw new Error("connection string postgres://admin:hunter2@db");
        throw new AppError("conflict", "off_air", "The station has closed.", { remedy: "Come back tomorrow." });
      }),
    jingle: procedure.meta({ public: true }).input(z.object({})).output(streamOf(z.object({ n: z.number() }))).subscription(() => first(1)),
  });
}
