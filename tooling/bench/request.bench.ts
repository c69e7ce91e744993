import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { OrganizationIdSchema, SessionIdSchema, UserIdSchema, type UserCaller } from "@coder/shared";
import { createEdge, createRateLimiter, createServiceTokens } from "@coder/shared/server";
import { procedure, router } from "@coder/shared/trpc";
import { silentLogger } from "@coder/testing";
import { initTRPC } from "@trpc/server";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { z } from "zod";
import { compare, type Workload } from "./compare.ts";
import type { LoadOrder } from "./load-generator.ts";
import { ratioFinding, type Benchmark, type Finding } from "./report.ts";

const GOAL = 1.5;
const REQUESTS = 500;
const CONNECTIONS = 10;
const TOKEN = "a-session-token-as-long-as-they-are-0123456";

const InputSchema = z.object({ id: z.uuid(), limit: z.number().int().min(1).max(200).default(50) });
const OutputSchema = z.object({ id: z.uuid(), title: z.string(), tags: z.array(z.string()), limit: z.number() });
const INPUT = { id: "0190f5fe-7c00-7a00-8a00-00000000c0de" };
const answer = ({ id, limit }: z.output<typeof InputSchema>) => ({ id, title: "A thing", tags: ["a", "b", "c"], limit });

const BODY = JSON.stringify(INPUT);
const SHAPES: readonly { readonly what: string; readonly path: string; readonly method: string; readonly body: string | null }[] = [
  { what: "A query with session, permission and limit", path: `things.read?input=${encodeURIComponent(BODY)}`, method: "GET", body: null },
  { what: "A mutation with session, permission, limit and audit", path: "things.write", method: "POST", body: BODY },
];

/** The edge with everything it does for a request, its ports in memory, against tRPC's own server with the same procedures. */
export const requestBenchmark: Benchmark = {
  name: "Requests against bare tRPC",
  run: async () => {
    const [product, bare, load] = await Promise.all([startProduct(), startBare(), startLoad()]);
    const findings: Finding[] = [];
    for (const shape of SHAPES) {
      await sameAnswer(shape, product.url, bare.url);
      const comparison = await compare(load.workload(shape, product.url), load.workload(shape, bare.url));
      findings.push(ratioFinding(shape.what, comparison, GOAL));
    }
    await Promise.all([product.stop(), bare.stop(), load.stop()]);
    return findings;
  },
};

type Shape = (typeof SHAPES)[number];

/** Faster with another answer would be no comparison. */
async function sameAnswer({ path: target, method, body }: Shape, ...urls: readonly string[]): Promise<void> {
  const answers = await Promise.all(urls.map(async (url) => (await fetch(`${url}/${target}`, { method, body, headers: headers() })).text()));
  if (new Set(answers).size !== 1) throw new Error(`The servers answer differently: ${answers.join(" and ")}`);
}

function headers(): Record<string, string> {
  return { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", "user-agent": "bench" };
}

async function startProduct() {
  const meta = { permission: "things.thing.use" } as const;
  const things = router({
    read: procedure.meta(meta).input(InputSchema).output(OutputSchema).query(({ input }) => answer(input)),
    write: procedure.meta(meta).input(InputSchema).output(OutputSchema).mutation(({ input }) => answer(input)),
  });
  const caller: UserCaller = { kind: "user", userId: UserIdSchema.parse(INPUT.id), organizationId: OrganizationIdSchema.parse(INPUT.id), sessionId: SessionIdSchema.parse(INPUT.id) };
  const sessions = new Map([[TOKEN, caller]]);
  const held = new Set<string>([`${caller.userId} ${meta.permission}`]);
  const rateLimiter = createRateLimiter({ redisUrl: null, log: silentLogger });
  const secret = "secret-secret-secret-secret-secret";
  const edge = createEdge({
    router: router({ things }),
    apiBases: [],
    config: {
      server: { host: "127.0.0.1", port: 0, publicUrl: null, trustedProxies: [], bodyLimitBytes: 1_000_000, drainSeconds: 1, gatewayUrl: null, webUrl: null },
      secrets: { session: secret, serviceToken: secret },
    },
    log: silentLogger,
    sessions: { resolve: async (token) => sessions.get(token) ?? null },
    serviceTokens: createServiceTokens({ secret, log: silentLogger }),
    createContext: (facts) => ({
      ...facts,
      log: silentLogger,
      service: () => {
        throw new Error("The benchmark has no service");
      },
      permissions: { allows: async ({ userId }, permission) => held.has(`${userId} ${permission}`) },
      audit: { begin: async () => ({ complete: async () => {} }) },
      rateLimiter,
      defaultRateLimit: { limit: 1_000_000_000, windowSeconds: 60, by: "caller" },
    }),
    readiness: async () => ({ ready: true, checks: {} }),
    openApiInfo: { title: "Bench", version: "1" },
  });
  const { port } = await edge.listen();
  return { url: `http://127.0.0.1:${port}/api/trpc`, stop: () => edge.drain(1) };
}

async function startBare() {
  const t = initTRPC.create();
  const server = createHTTPServer({
    router: t.router({
      things: t.router({
        read: t.procedure.input(InputSchema).output(OutputSchema).query(({ input }) => answer(input)),
        write: t.procedure.input(InputSchema).output(OutputSchema).mutation(({ input }) => answer(input)),
      }),
    }),
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const stop = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, stop };
}

/** The servers are in this process, whose CPU time counts; whoever sends is not. */
async function startLoad() {
  const child = fork(path.join(import.meta.dirname, "load-generator.ts"), { stdio: "inherit" });
  await once(child, "spawn");
  const workload = ({ path: target, method, body }: Shape, url: string): Workload => async () => {
    const order: LoadOrder = { url: `${url}/${target}`, method, body, headers: headers(), requests: REQUESTS, connections: CONNECTIONS };
    child.send(order);
    const [result] = await once(child, "message");
    if (result.error !== undefined) throw new Error(result.error);
  };
  return { workload, stop: async () => void child.kill() };
}
