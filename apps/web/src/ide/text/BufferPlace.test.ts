import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { IBufferStore } from "./BufferKeeper.ts";
import { BufferPlace } from "./BufferPlace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server that keeps one text, and takes a while to let it go. */
class Server implements IBufferStore {
  text: string | null = "kept before";
  reachable = true;
  delayMs = 0;
  discards = 0;

  async save({ change }: Parameters<IBufferStore["save"]>[0]): Promise<{ revision: number }> {
    if ("text" in change) this.text = change.text;
    return { revision: 1 };
  }

  async discard(): Promise<void> {
    this.discards += 1;
    await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (!this.reachable) throw new Error("busy");
    this.text = null;
  }
}

/** Two documents that bear the same path, one after the other. */
function rig(server: Partial<Server> = {}) {
  const kept = Object.assign(new Server(), server);
  const place = new BufferPlace(kept);
  return { server: kept, place, first: place.enter(), second: place.enter() };
}

const message = (text: string) => ({ revision: 0, baseHash: null, change: { text } });
const wait = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

/** The first document's text was to be let go, and that was refused. */
async function refused() {
  const made = rig({ reachable: false });
  const answer = made.first.discard().catch((error: unknown) => error);
  await wait(0);
  expect(await answer).toEqual(new Error("busy"));
  return made;
}

it("lets go in the end what could not be let go at first", async () => {
  const { server } = await refused();
  await wait(10_000);
  server.reachable = true;
  await wait(2_000);
  expect(server.text).toBeNull();
  const { discards } = server;
  await wait(600_000);
  expect(server.discards).toBe(discards);
});

it.each(["first", "second"] as const)("leaves what the %s document has kept since", async (who) => {
  const { server, ...documents } = await refused();
  await documents[who].save(message("newer"));
  server.reachable = true;
  await wait(600_000);
  expect(server.text).toBe("newer");
});

it("keeps what is typed while the text before is let go", async () => {
  const { server, first, second } = rig({ delayMs: 500 });
  void first.discard();
  await wait(100);
  void second.save(message("newer"));
  await wait(1_000);
  expect(server.text).toBe("newer");
});

it("keeps what is typed while letting go is refused", async () => {
  const { server, first } = rig({ delayMs: 500, reachable: false });
  void first.discard().catch(() => undefined);
  await wait(100);
  void first.save(message("newer"));
  await wait(1_000);
  server.reachable = true;
  await wait(600_000);
  expect([server.text, server.discards]).toEqual(["newer", 1]);
});

it("takes from a document that has lost its path nothing that another has kept there", async () => {
  const { server, first, second } = rig();
  await first.save(message("older"));
  await second.save(message("newer"));
  await first.discard();
  expect([server.text, server.discards]).toEqual(["newer", 0]);
  void second.discard();
  await wait(0);
  expect(server.text).toBeNull();
});

it("lets nothing go after a long time: another page may have kept something there by then", async () => {
  const { server } = await refused();
  vi.setSystemTime(Date.now() + 3_600_000);
  server.reachable = true;
  await wait(600_000);
  expect(server.text).toBe("kept before");
});

it("asks nothing any more once the page has gone", async () => {
  const { server, place, first } = rig({ delayMs: 500, reachable: false });
  void first.discard().catch(() => undefined);
  await wait(100);
  place.leave();
  await wait(600_000);
  expect(server.discards).toBe(1);
});
