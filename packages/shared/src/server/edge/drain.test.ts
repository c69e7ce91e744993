import { Agent, request as httpRequest } from "node:http";
import { once } from "node:events";
import { expect, it } from "vitest";
import { ADA_TOKEN, startTestProduct, type TestProduct } from "./__fixtures__/notes-product.ts";

const headers = { authorization: `Bearer ${ADA_TOKEN}` };

function slow({ url }: TestProduct): Promise<Response> {
  return fetch(`${url}/api/v1/notes/slow`, { method: "POST", headers });
}

async function isClosed({ url }: TestProduct): Promise<boolean> {
  return fetch(`${url}/health`).then(() => false, () => true);
}

it("lets running requests end, refuses new ones, and says it is not ready", async () => {
  const product = await startTestProduct();
  const running = slow(product);
  await product.gate.entered.promise;
  const drained = product.edge.drain(30);
  const ready = await fetch(`${product.url}/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: "draining" }]);
  expect((await fetch(`${product.url}/health`)).status).toBe(200);
  const late = await fetch(`${product.url}/api/v1/notes`, { headers });
  expect([late.status, late.headers.get("retry-after"), late.headers.get("connection"), await late.json()]).toMatchObject([503, "1", "close", { error: { code: "draining" } }]);
  product.gate.release.resolve();
  expect(await (await running).json()).toEqual({ done: true });
  await drained;
  expect(await isClosed(product)).toBe(true);
});

it("cuts off what does not end in time", async () => {
  const product = await startTestProduct();
  const running = slow(product);
  running.catch(() => {});
  await product.gate.entered.promise;
  await product.edge.drain(0.05);
  await expect(running).rejects.toThrow();
  await product.gate.aborted.promise;
  expect(await isClosed(product)).toBe(true);
  // Whoever leaves is told nothing any more, and nobody has failed.
  await expect.poll(() => product.logs.map(({ message }) => message)).toContain("Procedure refused");
  expect(product.logs.filter(({ level }) => level === "error")).toEqual([]);
});

it("does not wait for idle connections or live streams", async () => {
  const product = await startTestProduct();
  const agent = new Agent({ keepAlive: true });
  const request = httpRequest(`${product.url}/health`, { agent }).end();
  const [response] = await once(request, "response");
  response.resume();
  await once(response, "end");
  const stream = await fetch(`${product.url}/api/trpc/notes.ticks`, { headers });
  await product.gate.entered.promise;
  const start = performance.now();
  await product.edge.drain(30);
  expect(performance.now() - start).toBeLessThan(5_000);
  await product.gate.aborted.promise;
  await expect(stream.text()).rejects.toThrow();
  agent.destroy();
});

it("may be asked twice", async () => {
  const product = await startTestProduct();
  await Promise.all([product.edge.drain(1), product.edge.drain(1)]);
  expect(await isClosed(product)).toBe(true);
});

it("says why a port cannot be had", async () => {
  const product = await startTestProduct();
  await expect(startTestProduct({ server: { port: product.port } })).rejects.toThrow(expect.objectContaining({ code: "port_unavailable", message: expect.stringContaining("something else listens there") }));
  await product.edge.drain(1);
});
