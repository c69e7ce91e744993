import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { askDirectly, openGateway } from "@coder/ai-service/bench";
import { openPostgres } from "@coder/db";
import { createTestDatabase, freePort, silentLogger, somebody } from "@coder/testing";
import { compareValues } from "./compare.ts";
import { valueFinding, type Benchmark, type Finding } from "./report.ts";
import { median } from "./statistics.ts";

const ROUNDS = 15;
const CALLS = 15;
const GOAL = 0.5;
const MODEL = "bench-model";
const PIECES = 20;
const START_MS = 30_000;

/** A way to ask. */
interface Way {
  readonly ask: (text: string) => Promise<string>;
  /** Resolves when nothing is left behind that another way would pay for. */
  readonly settled?: () => Promise<void>;
}

/**
 * What the gateway adds to a call against what Portkey's adds: both less a call of the same library to the same server, with connections kept. Ours adds a budget that is
 * reserved before the call, a line in the egress ledger before it and another after it, both on PostgreSQL, a watchdog, the key kept out of the answer, and what it cost;
 * Portkey's a hop through its own process, as it is meant to be used, and no ledger.
 */
export const gatewayBenchmark: Benchmark = {
  name: "AI gateway against Portkey's",
  run: async () => {
    const [database, mock, portkey] = await Promise.all([createTestDatabase(), startMock(), startPortkey()]);
    const product = await openPostgres({ url: database.url, systemUrl: database.systemUrl, poolSize: 4, cursorKey: "bench", log: silentLogger });
    try {
      const caller = somebody();
      const gateway = openGateway(product, mock.url, MODEL);
      const direct: Way = { ask: askDirectly(mock.url, MODEL) };
      const directWhole: Way = { ask: askDirectly(mock.url, MODEL, { whole: true }) };
      const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": mock.url };
      const streamed: Way = { ask: askDirectly(`${portkey.url}/v1`, MODEL, { headers }) };
      const whole: Way = { ask: askDirectly(`${portkey.url}/v1`, MODEL, { headers, whole: true }) };
      const own = added({ ask: (text) => gateway.ask(caller, text), settled: gateway.settled }, direct);
      return [
        await against("what Portkey's adds to one", own, added(streamed, direct)),
        // It holds back the first piece of every stream for 25 ms: what it takes without that.
        await against("what Portkey's adds to one that is answered at once", own, added(whole, directWhole)),
      ];
    } finally {
      portkey.stop();
      mock.stop();
      await product.close();
      await database.drop();
    }
  },
};

/** Milliseconds that one way takes longer than the other. */
function added(way: Way, direct: Way): () => Promise<number> {
  return async () => (await timeOf(way)) - (await timeOf(direct));
}

async function against(what: string, own: () => Promise<number>, others: () => Promise<number>): Promise<Finding> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const kept = (values: number[], measure: () => Promise<number>) => async () => {
    values.push(await measure());
    return values.at(-1) ?? Number.NaN;
  };
  const { rounds, ratio } = await compareValues(kept(ours, own), kept(theirs, others), { rounds: ROUNDS });
  return valueFinding(`Time added to a streamed call, against ${what} (${rounds} rounds of ${CALLS} calls)`, ratio, GOAL, { remark: `medians ${median(ours).toFixed(2)} ms and ${median(theirs).toFixed(2)} ms` });
}

/** Milliseconds of the middle one of several calls. */
async function timeOf({ ask, settled }: Way): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const begun = performance.now();
    const answer = await ask("What does this function do?");
    if (!answer.endsWith(`piece ${PIECES}`)) throw new Error(`Not the whole answer: ${answer}`);
    times.push(performance.now() - begun);
  }
  await settled?.();
  return median(times);
}

/** An OpenAI-compatible server that answers at once, in pieces when it is asked to. */
async function startMock(): Promise<{ readonly url: string; stop(): void }> {
  const pieces = Array.from({ length: PIECES }, (_unused, index) => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: MODEL, choices: [{ index: 0, delta: { content: `piece ${index + 1}` }, finish_reason: null }] })}\n\n`);
  const end = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: MODEL, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: MODEL, choices: [], usage: { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 } })}\n\ndata: [DONE]\n\n`;
  const content = `piece ${PIECES}`;
  const whole = JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: MODEL, choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }], usage: { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 } });
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text)).once("end", () => {
      if (!body.includes('"stream":true')) return response.writeHead(200, { "content-type": "application/json" }).end(whole);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const piece of pieces) response.write(piece);
      response.end(end);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function startPortkey(): Promise<{ readonly url: string; stop(): void }> {
  const port = await freePort();
  const program = createRequire(import.meta.url).resolve("@portkey-ai/gateway/build/start-server.js");
  const child = spawn(process.execPath, ["--import", path.join(import.meta.dirname, "portkey-headers.ts"), program, `--port=${port}`, "--headless"], { stdio: "ignore", env: { ...process.env, TRUSTED_CUSTOM_HOSTS: "127.0.0.1" } });
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await delay(100)) {
    if (await fetch(url).then(() => true, () => false)) return { url, stop: () => void child.kill() };
  }
  child.kill();
  throw new Error("Portkey's gateway did not start");
}
