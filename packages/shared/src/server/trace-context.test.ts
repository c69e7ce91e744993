import { expect, it } from "vitest";
import { currentTraceId, newTraceId, runWithTrace, traceIdOf, traceparentOf } from "./trace-context.ts";

it("belongs to the work it was started for and to nothing else", async () => {
  const seen = await Promise.all(["a", "b"].map((id) => runWithTrace(id, async () => {
    await Promise.resolve();
    return currentTraceId();
  })));
  expect([...seen, currentTraceId()]).toEqual(["a", "b", null]);
});

it("hands a trace on", () => {
  const traceId = newTraceId();
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(traceIdOf(traceparentOf(traceId))).toBe(traceId);
});

it.each([
  undefined,
  "",
  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
  "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
  "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
  "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
])("does not take %s for one", (header) => {
  expect(traceIdOf(header)).toBeNull();
});

it("reads a later version's header by what this one knows of it", () => {
  expect(traceIdOf("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
});
