import { afterEach, expect, it, vi } from "vitest";
import { startTestProduct } from "./__fixtures__/notes-product.ts";
import { remembered } from "./probes.ts";

afterEach(() => void vi.useRealTimers());

it("finds out once for all who ask at the same time, and once per second after that", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const ask = vi.fn(() => answers[ask.mock.calls.length - 1]?.promise ?? Promise.resolve("later"));
  const ready = remembered(ask, 1_000);
  const asked = [ready(), ready()];
  answers[0]?.resolve("first");
  expect(await Promise.all([...asked, ready()])).toEqual(["first", "first", "first"]);
  await vi.advanceTimersByTimeAsync(1_000);
  const second = ready();
  answers[1]?.reject(new Error("not now"));
  await expect(second).rejects.toThrow("not now");
  await expect(ready()).rejects.toThrow("not now");
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await ready()).toBe("later");
});

it("lets nobody ask what the process stands on more often than that", async () => {
  const readiness = vi.fn(async () => ({ ready: true, checks: {} }));
  const product = await startTestProduct({ readiness });
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${product.url}/ready`)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(readiness.mock.calls.length).toBeLessThan(10);
  await product.edge.drain(1);
});
