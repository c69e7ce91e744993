import { Agent, request } from "node:http";

/** One round of load, sent to this process by the benchmark. */
export interface LoadOrder {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly requests: number;
  readonly connections: number;
}

// Runs in a process of its own, so that its CPU time is not taken for the server's.
const agents = new Map<number, Agent>();

process.on("message", (order: LoadOrder) => {
  run(order).then(
    () => process.send?.({ done: true }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

async function run(order: LoadOrder): Promise<void> {
  const agent = agents.get(order.connections) ?? new Agent({ keepAlive: true, maxSockets: order.connections });
  agents.set(order.connections, agent);
  let left = order.requests;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await send(order, agent);
    }
  };
  await Promise.all(Array.from({ length: order.connections }, lane));
}

function send({ url, method, headers, body }: LoadOrder, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = request(url, { method, headers, agent }, (response) => {
    response.resume();
    response.once("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`Answered ${response.statusCode}`))));
  });
  sent.once("error", reject);
  sent.end(body ?? undefined);
  return promise;
}
