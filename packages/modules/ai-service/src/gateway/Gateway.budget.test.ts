import { createMemoryDatabase } from "@coder/db";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { codeOf, GatewayRig } from "../__fixtures__/GatewayRig.ts";
import { TestServers } from "../__fixtures__/serve.ts";

const CALLERS = 200;
const FATES = ["answers", "answers", "answers", "fails", "busy", "refuses", "cut", "malformed", "hangs up"] as const;
const servers = new TestServers();
afterAll(() => servers.close());

/** What the server has billed, by its own prices. */
interface Bill {
  micro: number;
}

/** Answers each request by its lot. It bills what it says, and never more than it was allowed to say. */
async function serverOf(next: () => number, input: number, output: number, bill: Bill): Promise<string> {
  return servers.open((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text)).on("end", () => {
      const { max_tokens: most = 1, messages = [] } = JSON.parse(body) as { max_tokens?: number; messages?: { content: string }[] };
      const fate = FATES[Math.floor(next() * FATES.length)];
      const said = 1 + Math.floor(next() * (most - 1));
      const read = Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 5);
      const chunk = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
      const text = chunk({ choices: [{ delta: { content: "word ".repeat(Math.min(said, 20)) } }] });
      const usage = chunk({ choices: [{ delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: read, completion_tokens: said } });
      if (fate === "answers") {
        bill.micro += Math.ceil((read * input + said * output) / 1_000_000);
        response.writeHead(200, { "content-type": "text/event-stream" }).end(`${text}${usage}data: [DONE]\n\n`);
      } else if (fate === "cut") response.writeHead(200, { "content-type": "text/event-stream" }).write(text, () => response.destroy());
      else if (fate === "malformed") response.writeHead(200, { "content-type": "text/event-stream" }).end("data: {no\n\n");
      else if (fate === "hangs up") request.socket.destroy();
      else response.writeHead(fate === "busy" ? 429 : fate === "refuses" ? 401 : 500, { "content-type": "application/json" }).end('{"error":{"message":"no"}}');
    });
  });
}

it(`${CALLERS} callers at once spend no more than there is, at any prices, whatever fails and whoever answers instead`, async () => {
  const lot = fc.record({ seed: fc.nat(), prices: fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 4, maxLength: 4 }), share: fc.double({ min: 0.05, max: 1.2, noNaN: true }) });
  await fc.assert(
    fc.asyncProperty(lot, async ({ seed, prices: [in1 = 1, out1 = 1, in2 = 1, out2 = 1], share }) => {
      const next = seeded(seed);
      const bill: Bill = { micro: 0 };
      const endpointOf = async (inputPrice: number, outputPrice: number) => ({ kind: "openai" as const, url: `${await serverOf(next, inputPrice * 1_000_000, outputPrice * 1_000_000, bill)}/v1`, models: { model: { inputPrice, outputPrice } } });
      // About enough for that share of the callers at their worst.
      const limit = Math.round(CALLERS * share * (60 * in1 + 300 * out1));
      const rig = new GatewayRig(
        { endpoints: { first: await endpointOf(in1, out1), second: await endpointOf(in2, out2) }, attempts: 2, budget: { monthlyUsd: limit / 1_000_000 } },
        createMemoryDatabase(),
      );
      const outcomes: Awaited<ReturnType<GatewayRig["outcome"]>>[] = [];
      const over = await rig.timesOverBudget(() => Promise.all(Array.from({ length: CALLERS }, async (_unused, index) => outcomes.push(await rig.outcome(`question ${index}`)))));
      const end = await rig.budget.get(rig.caller);
      expect(over).toBe(0);
      expect(end.reservedMicroUsd).toBe(0);
      expect(end.spentMicroUsd).toBeLessThanOrEqual(limit);
      // What was billed is booked, and what was cut off by our own count.
      const booked = outcomes.flatMap(({ events }) => events.flatMap((event) => (event.kind === "spent" ? [event.usage.costMicroUsd] : []))).reduce((sum, micro) => sum + micro, 0);
      expect(end.spentMicroUsd).toBe(booked);
      expect(bill.micro).toBeLessThanOrEqual(booked);
      for (const { error } of outcomes) if (error !== null) expect(codeOf(error)).toMatch(/^(endpoint_(busy|failed|unreachable|unauthorized)|answer_(cut|malformed)|budget_exhausted)$/);
    }),
    { numRuns: 6 },
  );
}, 120_000);

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
