import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { liveOf, streamOf } from "./stream-output.ts";

const unheard = vi.fn();
beforeEach(() => void process.on("unhandledRejection", unheard));
afterEach(() => void process.off("unhandledRejection", unheard));

async function* failing(): AsyncGenerator<number> {
  yield 1;
  throw new Error("It failed");
}

it("ends no process when it fails after its reader has left", async () => {
  const items = streamOf(z.number()).parse(failing())[Symbol.asyncIterator]();
  expect(await items.next()).toEqual({ done: false, value: 1 });
  // Asked for, and nobody waits for it any more.
  void items.next();
  await setImmediate();
  expect(unheard).not.toHaveBeenCalled();
});

it("hands a failure to a reader who is there", async () => {
  const read = async () => {
    for await (const _item of streamOf(z.number()).parse(failing()));
  };
  await expect(read()).rejects.toThrow("It failed");
});

it("lets nothing out that its schema does not know", async () => {
  const source = (async function* () {
    yield { id: "1", event: { n: 1, secret: "s" } };
    yield { id: "2", gap: true as const };
  })();
  const items: unknown[] = [];
  for await (const [id, item] of liveOf(z.object({ n: z.number() })).parse(source)) items.push([id, item]);
  expect(items).toEqual([["1", { id: "1", event: { n: 1 } }], ["2", { id: "2", gap: true }]]);
});
