import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BufferChange, BufferKeeper, type IBufferStore, KEEP_AFTER_MS } from "./BufferKeeper.ts";
import { applyEdits, type TextEdit } from "./minimal-edit.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class OutOfStep extends Error {}
class TooLong extends Error {}

/** A server that keeps one buffer, and refuses edits to another revision than its own. */
class Server implements IBufferStore {
  text: string | null = null;
  revision = 0;
  readonly changes: BufferChange[] = [];
  reachable = true;
  /** What goes astray although the server can be reached. */
  loses: "nothing" | "messages" | "answers" = "nothing";
  /** How long an answer takes. */
  delayMs = 0;

  async save({ revision, change }: Parameters<IBufferStore["save"]>[0]): Promise<{ revision: number }> {
    if (!this.reachable) throw new Error("offline");
    if (this.loses === "messages") return this.#noAnswer();
    this.changes.push(change);
    if ("text" in change) this.text = change.text;
    else if (this.text === null || revision !== this.revision) throw new OutOfStep();
    else this.text = applyEdits(this.text, change.edits);
    this.revision += 1;
    if (this.loses === "answers") return this.#noAnswer();
    const answer = { revision: this.revision };
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    return answer;
  }

  async discard(): Promise<void> {
    this.text = null;
    this.revision = 0;
  }

  async #noAnswer(): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    throw new Error("no answer");
  }
}

function editor(server: Server, initial = "") {
  let text = initial;
  const kept: string[] = [];
  const keeper = new BufferKeeper({ store: server, text: () => text, baseHash: () => "base", isOutOfStep: (error) => error instanceof OutOfStep, isHopeless: (error) => error instanceof TooLong, onKept: (problem) => kept.push(problem instanceof Error ? problem.message : "kept") });
  const edit = (...edits: TextEdit[]) => {
    text = applyEdits(text, edits);
    keeper.record(edits);
  };
  return { keeper, edit, type: (insert: string) => edit({ offset: text.length, deleteCount: 0, insert }), text: () => text, kept };
}

const wait = (milliseconds: number = KEEP_AFTER_MS) => vi.advanceTimersByTimeAsync(milliseconds);

/** An editor whose first message is on its way: its answer takes half a second. */
async function withOneOnItsWay() {
  const server = new Server();
  server.delayMs = 500;
  const typing = editor(server);
  typing.type("a");
  await wait();
  return { server, ...typing };
}

describe("unsaved text", () => {
  it("is on the server a fixed time after it was typed, also while typing goes on", async () => {
    const server = new Server();
    const { type } = editor(server);
    for (let key = 0; key < 20; key += 1) {
      type("x");
      await wait(30);
    }
    // 600 ms of steady typing, 30 ms a key: nothing older than the time it may take is missing.
    expect(server.text?.length).toBeGreaterThanOrEqual(16);
  });

  it("goes whole at first and as edits from then on", async () => {
    const server = new Server();
    const { type } = editor(server, "start ");
    type("a");
    await wait();
    type("b");
    await wait();
    expect(server.changes).toEqual([{ text: "start a" }, { edits: [{ offset: 7, deleteCount: 0, insert: "b" }] }]);
  });

  it("waits for the answer before it sends the next edits", async () => {
    const { server, type, text } = await withOneOnItsWay();
    type("b");
    await wait();
    expect(server.changes).toHaveLength(1);
    await wait(600);
    await wait(600);
    expect(server.text).toBe(text());
  });

  it("goes once more with a page that goes, while it is not known to have arrived", async () => {
    const { keeper, type } = await withOneOnItsWay();
    expect(keeper.takePending()).toEqual({ message: { revision: 0, baseHash: "base", change: { text: "a" } }, after: 0 });
    type("b");
    expect(keeper.takePending()).toEqual({ message: { revision: 0, baseHash: "base", change: { text: "ab" } }, after: 1 });
    await wait(500);
    await wait(500);
    expect(keeper.takePending()).toBeNull();
    type("c");
    expect(keeper.takePending()).toEqual({ message: { revision: 2, baseHash: "base", change: { edits: [{ offset: 2, deleteCount: 0, insert: "c" }] } }, after: 2 });
  });

  it("does not go once more with a page that is left while it is being let go", async () => {
    const { server, keeper, type } = await withOneOnItsWay();
    const discarded = keeper.discard();
    expect(keeper.takePending()).toBeNull();
    await wait(500);
    await discarded;
    expect(server.text).toBeNull();
    type("b");
    expect(keeper.takePending()).toEqual({ message: { revision: 0, baseHash: "base", change: { text: "ab" } }, after: 0 });
  });

  it("goes whole again where edits do not fit any more", async () => {
    const server = new Server();
    const { type, text, kept } = editor(server);
    type("a");
    await wait();
    server.revision = 99;
    type("b");
    await wait();
    await wait(1);
    expect(server.text).toBe(text());
    expect(new Set(kept)).toEqual(new Set(["kept"]));
  });

  it("says when it cannot be kept, and goes as soon as it can", async () => {
    const server = new Server();
    const { type, text, kept } = editor(server);
    server.reachable = false;
    type("a");
    await wait();
    expect(kept).toEqual(["offline"]);
    type("b");
    server.reachable = true;
    await wait(3_000);
    expect(server.text).toBe(text());
    expect(kept).toEqual(["offline", "kept"]);
  });

  it("that is too long is not sent again and again", async () => {
    const server = new Server();
    const { type, kept } = editor(server);
    let asked = 0;
    server.save = async () => {
      asked += 1;
      throw new TooLong("too long");
    };
    for (let second = 0; second < 30; second += 1) {
      type("x");
      await wait(1_000);
    }
    expect(asked).toBe(1);
    expect(kept).toEqual(["too long"]);
  });

  it("is gone once it is saved, also when a message was on its way", async () => {
    const server = new Server();
    server.delayMs = 300;
    const { keeper, type } = editor(server);
    type("a");
    await wait();
    const discarded = keeper.discard();
    await wait(400);
    await discarded;
    expect(server.text).toBeNull();
    type("b");
    await wait(500);
    expect(server.text).toBe("ab");
  });

  it.each(["messages", "answers"] as const)("is gone once it is saved, also when %s on their way were lost", async (loses) => {
    const server = new Server();
    server.delayMs = 300;
    server.loses = loses;
    const { keeper, type } = editor(server);
    type("a");
    await wait();
    server.loses = "nothing";
    void keeper.discard();
    await wait(10_000);
    expect(server.text).toBeNull();
  });

  it("stays as it was kept when its editor goes while a message is lost", async () => {
    const server = new Server();
    const { keeper, type, text } = editor(server);
    type("a");
    await wait();
    server.delayMs = 300;
    server.loses = "messages";
    type("b");
    await wait();
    keeper.dispose();
    server.loses = "nothing";
    await wait(10_000);
    expect([server.text, server.changes.length, text()]).toEqual(["a", 1, "ab"]);
  });

  it("that came back from the server goes on from there", async () => {
    const server = new Server();
    server.text = "kept";
    server.revision = 4;
    const { keeper, type } = editor(server, "kept");
    keeper.adopt(4);
    type("!");
    await wait();
    expect(server.changes).toEqual([{ edits: [{ offset: 4, deleteCount: 0, insert: "!" }] }]);
    expect(server.text).toBe("kept!");
  });

  it("is the text of the editor in the end, whatever was typed, lost and saved", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("type" as const), insert: fc.string({ maxLength: 3 }), at: fc.nat(20), remove: fc.nat(2) }),
      fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 400 }) }),
      fc.constant({ do: "lose" as const }),
      fc.constant({ do: "find" as const }),
      fc.constant({ do: "break" as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 0, max: 250 }), async (steps, delayMs) => {
        const server = new Server();
        server.delayMs = delayMs;
        const { edit, text } = editor(server);
        let typed = false;
        for (const each of steps) {
          if (each.do === "type") {
            const offset = Math.min(each.at, text().length);
            edit({ offset, deleteCount: Math.min(each.remove, text().length - offset), insert: each.insert });
            typed = true;
          } else if (each.do === "wait") await wait(each.ms);
          else if (each.do === "break") server.revision += 7;
          else server.reachable = each.do === "find";
        }
        server.reachable = true;
        await wait(10_000);
        if (typed) expect(server.text).toBe(text());
      }),
      { numRuns: 200 },
    );
  });
});
