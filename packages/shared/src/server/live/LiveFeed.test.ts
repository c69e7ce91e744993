import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveItem } from "../../live.ts";
import { LiveFeed } from "./LiveFeed.ts";

interface Happened {
  readonly n: number;
}

/** A reader that takes items one by one. */
function reader(feed: LiveFeed<Happened>, afterId?: string, wanted?: (event: Happened) => boolean) {
  const stop = new AbortController();
  const items = feed.subscribe(afterId, stop.signal, wanted);
  return {
    next: async (): Promise<LiveItem<Happened> | "ended"> => {
      const { done, value } = await items.next();
      return done ? "ended" : value;
    },
    stop: () => stop.abort(),
  };
}

const numbered = (item: LiveItem<Happened> | "ended") => (item === "ended" ? item : "gap" in item ? "gap" : item.event.n);

describe("LiveFeed", () => {
  it("begins with a gap, and goes on with everything that happens after it", async () => {
    const feed = new LiveFeed<Happened>();
    feed.publish({ n: 0 });
    const one = reader(feed);
    expect(numbered(await one.next())).toBe("gap");
    const waiting = one.next();
    const id = feed.publish({ n: 1 });
    expect(await waiting).toEqual({ id, event: { n: 1 } });
    feed.publish({ n: 2 });
    feed.publish({ n: 3 });
    expect([numbered(await one.next()), numbered(await one.next())]).toEqual([2, 3]);
  });

  it("goes on after the id that a reader comes back with, also that of a gap", async () => {
    const feed = new LiveFeed<Happened>();
    const begun = await reader(feed).next();
    const first = feed.publish({ n: 1 });
    feed.publish({ n: 2 });
    expect(numbered(await reader(feed, begun === "ended" ? "" : begun.id).next())).toBe(1);
    expect(numbered(await reader(feed, first).next())).toBe(2);
  });

  it.each([["of another feed", () => new LiveFeed<Happened>().publish({ n: 0 })], ["made up", () => "x-1"], ["of the future", (id: string) => id.replace(/\d+$/, "9")], ["empty", () => ""]])("has a gap for an id that is %s", async (_what, made) => {
    const feed = new LiveFeed<Happened>();
    const id = feed.publish({ n: 1 });
    expect(numbered(await reader(feed, made(id)).next())).toBe("gap");
  });

  it("keeps no more than it may, by number and by bytes", async () => {
    const few = new LiveFeed<Happened>({ maxEvents: 3 });
    const small = new LiveFeed<Happened>({ maxBytes: 25 });
    for (const feed of [few, small]) {
      const ids = [1, 2, 3, 4, 5].map((n) => feed.publish({ n }));
      expect(numbered(await reader(feed, ids[0]).next())).toBe("gap");
      expect(numbered(await reader(feed, ids[1]).next())).toBe(3);
    }
    const id = small.publish({ n: 123_456_789_012_345 });
    const tooLarge = small.publish({ n: Number.MAX_VALUE });
    expect(numbered(await reader(small, id).next())).toBe("gap");
    const after = reader(small, tooLarge);
    small.publish({ n: 7 });
    expect(numbered(await after.next())).toBe(7);
  });

  it("gives a gap to a reader that fell behind, and lets it go on from there", async () => {
    const feed = new LiveFeed<Happened>({ maxEvents: 10 });
    const slow = reader(feed);
    await slow.next();
    for (let n = 1; n <= 100; n += 1) feed.publish({ n });
    expect(numbered(await slow.next())).toBe("gap");
    feed.publish({ n: 101 });
    expect(numbered(await slow.next())).toBe(101);
  });

  it("gives all readers a gap when its source had one", async () => {
    const feed = new LiveFeed<Happened>();
    const [one, other] = [reader(feed), reader(feed)];
    await Promise.all([one.next(), other.next()]);
    feed.publish({ n: 1 });
    expect(numbered(await one.next())).toBe(1);
    const waiting = one.next();
    feed.gap();
    expect([numbered(await waiting), numbered(await other.next())]).toEqual(["gap", "gap"]);
    feed.publish({ n: 2 });
    expect([numbered(await one.next()), numbered(await other.next())]).toEqual([2, 2]);
  });

  it("leaves out what a reader does not want", async () => {
    const feed = new LiveFeed<Happened>();
    const even = reader(feed, undefined, ({ n }) => n % 2 === 0);
    await even.next();
    const found = even.next();
    feed.publish({ n: 1 });
    feed.publish({ n: 2 });
    expect(numbered(await found)).toBe(2);
  });

  it("ends a waiting reader when its signal aborts, and no other", async () => {
    const feed = new LiveFeed<Happened>();
    const [one, other] = [reader(feed), reader(feed)];
    await Promise.all([one.next(), other.next()]);
    const [ending, waiting] = [one.next(), other.next()];
    one.stop();
    expect(await ending).toBe("ended");
    feed.publish({ n: 1 });
    expect(numbered(await waiting)).toBe(1);
    const late = reader(feed);
    late.stop();
    expect(await late.next()).toBe("ended");
  });

  it("tells every reader all that happened in order, with a gap wherever something is missing, whoever is slow and comes back", async () => {
    const step = fc.oneof(fc.record({ publish: fc.integer({ min: 1, max: 6 }) }), fc.record({ read: fc.integer({ min: 1, max: 6 }) }), fc.constant({ comeBack: true }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (steps, maxEvents) => {
        const feed = new LiveFeed<Happened>({ maxEvents });
        let published = 0;
        let known: number | null = null;
        let lastId: string | undefined;
        let current = reader(feed, lastId);
        for (const does of steps) {
          if ("publish" in does) for (let count = 0; count < does.publish; count += 1) feed.publish({ n: ++published });
          if ("comeBack" in does) {
            current.stop();
            current = reader(feed, lastId);
          }
          // It only reads what is there, so that no step waits.
          const most = "read" in does ? does.read : 0;
          for (let count = 0; count < most && known !== published; count += 1) {
            const item = await current.next();
            if (item === "ended") throw new Error("It does not end");
            if ("gap" in item) known = published;
            else {
              expect(item.event.n).toBe((known ?? Number.NaN) + 1);
              known = item.event.n;
            }
            lastId = item.id;
          }
        }
      }),
    );
  });
});
