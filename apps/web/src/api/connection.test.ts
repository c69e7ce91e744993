import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { untilConnected, watchConnection, watchedLiveFetch } from "./connection.ts";

const never = new AbortController().signal;
const init = { headers: {}, signal: never, cache: "no-store" as const };
const answers = vi.fn<() => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", answers);
  vi.stubGlobal("navigator", { onLine: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("lets live streams wait until the server can be reached again, and no longer", async () => {
  await untilConnected(never);
  answers.mockRejectedValueOnce(new TypeError("Failed to fetch")).mockRejectedValueOnce(new TypeError("Failed to fetch")).mockResolvedValueOnce(new Response("healthy"));
  await expect(watchedLiveFetch("/api/trpc/x", init)).rejects.toThrow("Failed to fetch");
  const giveUp = new AbortController();
  const left = untilConnected(giveUp.signal);
  const back = vi.fn();
  const waiting = untilConnected(never).then(back);
  giveUp.abort(new Error("The page was closed"));
  await expect(left).rejects.toThrow("The page was closed");
  await vi.advanceTimersByTimeAsync(1_500);
  expect(back).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  await waiting;
});

it("takes a connection that was let go for no loss", async () => {
  answers.mockRejectedValueOnce(new DOMException("Aborted", "AbortError"));
  await expect(watchedLiveFetch("/api/trpc/x", init)).rejects.toThrow("Aborted");
  await untilConnected(never);
});

it("takes no answer to what was asked before the network went for a sign that it is there, and looks by itself", async () => {
  const window = new EventTarget();
  vi.stubGlobal("window", window);
  const stop = watchConnection();
  const late = Promise.withResolvers<Response>();
  answers.mockReturnValueOnce(late.promise).mockResolvedValueOnce(new Response("healthy"));
  const asked = watchedLiveFetch("/api/trpc/x", init);
  window.dispatchEvent(new Event("offline"));
  late.resolve(new Response("from before"));
  await asked;
  const back = vi.fn();
  const waiting = untilConnected(never).then(back);
  await vi.advanceTimersByTimeAsync(500);
  expect(back).not.toHaveBeenCalled();
  // A server on this machine needs no network.
  await vi.advanceTimersByTimeAsync(1_000);
  await waiting;
  stop();
});
