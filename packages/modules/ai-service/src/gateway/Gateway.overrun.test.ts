import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { createMemoryDatabase } from "@coder/db";
import { afterAll, describe, expect, it, vi } from "vitest";
import { endpointAt } from "../__fixtures__/config.ts";
import { codeOf, GatewayRig } from "../__fixtures__/GatewayRig.ts";
import { TestServers, wire } from "../__fixtures__/serve.ts";

type Kind = "openai" | "anthropic";
const WORDS = "word and another ";
const PIECES = 1_000;
const servers = new TestServers();
afterAll(() => servers.close());

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (more: object): string => data({ choices: [{ delta: more }] });
const block = (more: object, type = "content_block_delta"): string => `event: ${type}\n${data({ type, index: 0, ...more })}`;

/** What a server writes that goes on and on, as each kind sends it: the first piece, and those after it. */
const WAYS: Record<string, Record<Kind, readonly [string, string]>> = {
  words: { openai: ["", wire.text("openai", WORDS)], anthropic: ["", wire.text("anthropic", WORDS)] },
  reasoning: {
    openai: [delta({ reasoning_content: WORDS }), delta({ reasoning: WORDS })],
    anthropic: [block({ content_block: { type: "thinking" } }, "content_block_start"), block({ delta: { type: "thinking_delta", thinking: WORDS } })],
  },
  "the input of a call": {
    openai: [delta({ tool_calls: [{ index: 0, id: "a", function: { name: "read_file", arguments: '{"path":"' } }] }), delta({ tool_calls: [{ index: 0, function: { arguments: WORDS } }] })],
    anthropic: [block({ content_block: { type: "tool_use", id: "a", name: "read_file" } }, "content_block_start"), block({ delta: { type: "input_json_delta", partial_json: WORDS } })],
  },
};

/** Says 3,000 tokens whatever it was allowed, unless it is left. */
function runaway(kind: Kind, way: string, seen: { pieces: number; left: number }): RequestListener {
  const [first, piece] = WAYS[way]?.[kind] ?? ["", ""];
  return async (_request, response) => {
    response.once("close", () => void (seen.left += response.writableFinished ? 0 : 1));
    response.writeHead(200, wire.headers).write(wire.begin(kind) + first);
    for (let at = 0; at < PIECES && !response.destroyed; at += 1) {
      seen.pieces += 1;
      if (!response.write(piece)) await Promise.race([once(response, "drain"), once(response, "close")]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end(wire.end(kind));
  };
}

describe.each(["openai", "anthropic"] as const)("a server of %s that keeps to no limit", (kind) => {
  const rigAt = async (listener: RequestListener, more: ConstructorParameters<typeof GatewayRig>[0] = {}) => new GatewayRig({ endpoints: { main: endpointAt(kind, await servers.open(listener)) }, ...more }, createMemoryDatabase());

  it.each(Object.keys(WAYS))("is left when it says clearly more than was allowed, as %s: an answer that reached its limit, for no more than was reserved", async (way) => {
    const seen = { pieces: 0, left: 0 };
    // With a key, because what takes it out stands in between.
    const rig = await rigAt(runaway(kind, way, seen), { apiKeys: { main: "a-key-that-masks-what-comes" } });
    const { events, text, error } = await rig.outcome("go on");
    expect(error).toBeNull();
    expect(events.filter((event) => event.kind === "end")).toEqual([{ kind: "end", reason: "length" }]);
    expect(events.some((event) => event.kind === "tool_call")).toBe(false);
    if (way === "words") expect(text.length).toBeLessThan(8_000);
    if (way === "reasoning") expect(text).toBe("");
    await vi.waitFor(() => expect(seen.left).toBe(1));
    expect(seen.pieces).toBeLessThan(PIECES);
    expect(await rig.egress()).toMatchObject([{ outcome: "done", status: 200 }]);
    const { spentMicroUsd, reservedMicroUsd, outputTokens } = await rig.budget.get(rig.caller);
    const [overrun] = rig.overruns;
    expect(overrun).toMatchObject({ model: "main/test-model", told: false, reservedMicroUsd: spentMicroUsd });
    expect(overrun?.costMicroUsd).toBeGreaterThan(spentMicroUsd);
    expect([rig.overruns.length, reservedMicroUsd]).toEqual([1, 0]);
    expect(outputTokens).toBeGreaterThan(300 * 2);
  });

  it("says all of it in one piece: nothing that came is held back, and it ends so all the same", async () => {
    const rig = await rigAt((_request, response) => void response.writeHead(200, wire.headers).end(wire.begin(kind) + wire.text(kind, WORDS.repeat(PIECES)) + wire.end(kind)));
    const { events, text } = await rig.outcome("go on");
    expect(text).toBe(WORDS.repeat(PIECES));
    expect(events.filter((event) => event.kind === "end")).toEqual([{ kind: "end", reason: "length" }]);
    expect((await rig.budget.get(rig.caller)).spentMicroUsd).toBe(rig.overruns[0]?.reservedMicroUsd);
  });

  it("takes no organization over its budget, however many ask at once", async () => {
    const seen = { pieces: 0, left: 0 };
    // Enough for about a dozen of them.
    const rig = await rigAt(runaway(kind, "words", seen), { budget: { monthlyUsd: 0.008 }, attempts: 1 });
    const codes: (string | null)[] = [];
    const over = await rig.timesOverBudget(() => Promise.all(Array.from({ length: 40 }, async () => codes.push(codeOf((await rig.outcome("go on")).error)))));
    expect(over).toBe(0);
    expect(new Set(codes)).toEqual(new Set([null, "budget_exhausted"]));
    const { spentMicroUsd, limitMicroUsd } = await rig.budget.get(rig.caller);
    expect(spentMicroUsd).toBeLessThanOrEqual(limitMicroUsd);
    expect(spentMicroUsd).toBeGreaterThan(limitMicroUsd / 2);
  });

  it("that bills more than was reserved uses up the budget by what it billed, and never more than there is", async () => {
    let asked = 0;
    const answer = async (response: ServerResponse): Promise<void> => {
      asked += 1;
      response.writeHead(200, wire.headers).end(wire.begin(kind) + wire.text(kind, "Fine.") + wire.end(kind).replace(/"(completion|output)_tokens":5/, '"$1_tokens":3000'));
    };
    const rig = await rigAt((_request, response) => void answer(response), { budget: { monthlyUsd: 0.015 }, attempts: 1 });
    const billed = 10 + 3_000 * 2;
    expect((await rig.outcome("go on")).events).toContainEqual({ kind: "spent", model: "main/test-model", usage: { inputTokens: 10, outputTokens: 3_000, costMicroUsd: billed } });
    expect(await rig.budget.get(rig.caller)).toMatchObject({ spentMicroUsd: billed, reservedMicroUsd: 0 });
    expect(rig.overruns).toMatchObject([{ told: true, costMicroUsd: billed }]);
    expect(rig.overruns[0]?.reservedMicroUsd).toBeLessThan(700);
    const over = await rig.timesOverBudget(() => Promise.all(Array.from({ length: 40 }, () => rig.outcome("go on"))));
    expect(over).toBe(0);
    // Three use it up. Those that were under way by then had their reservations; nobody is asked after them.
    expect(await rig.budget.get(rig.caller)).toMatchObject({ spentMicroUsd: 15_000, reservedMicroUsd: 0, outputTokens: asked * 3_000 });
    expect(rig.overruns).toHaveLength(asked);
    expect(codeOf((await rig.outcome("go on")).error)).toBe("budget_exhausted");
  });

  it("pays for reasoning that broke off before the first word, and asks again", async () => {
    const [first, piece] = WAYS["reasoning"]?.[kind] ?? ["", ""];
    let asked = 0;
    const rig = await rigAt((_request, response) => {
      asked += 1;
      response.writeHead(200, wire.headers);
      if (asked === 1) response.write(wire.begin(kind) + first + piece, () => response.destroy());
      else response.end(wire.begin(kind) + wire.text(kind, "Fine.") + wire.end(kind));
    });
    const { text, events } = await rig.outcome("go on");
    expect([text, asked]).toEqual(["Fine.", 2]);
    expect(events.filter((event) => event.kind === "spent")).toMatchObject([{ usage: { outputTokens: expect.toSatisfy((count: number) => count > 0) } }, { usage: { outputTokens: 5 } }]);
  });
});
