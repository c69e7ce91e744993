import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endpointAt } from "../__fixtures__/config.ts";
import { codeOf, GatewayRig } from "../__fixtures__/GatewayRig.ts";
import { canonicalJson, requestHash } from "./canonical.ts";

let mock: LLMock;
const folder = mkdtempSync(join(tmpdir(), "coder-ai-recording-"));
beforeAll(async () => {
  mock = new LLMock({ port: 0, host: "127.0.0.1" });
  mock.onMessage("hello", { content: "Hello, recorded." });
  await mock.start();
});
afterAll(async () => {
  await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("gives what was recorded, to the same question alone, and asks nobody", async () => {
  const endpoints = { main: endpointAt("openai", mock.url) };
  const recorded = await new GatewayRig({ endpoints, recording: { mode: "record", folder } }).outcome("hello");
  mock.clearRequests();
  const rig = new GatewayRig({ endpoints, recording: { mode: "replay", folder } });
  const replayed = await rig.outcome("hello");
  expect(replayed.text).toBe("Hello, recorded.");
  expect(replayed.events).toEqual(recorded.events);
  // It is paid for as the one that was recorded, so that a budget can be tried out, too.
  expect(await rig.budget.get(rig.caller)).toMatchObject({ calls: 1, reservedMicroUsd: 0 });
  expect(codeOf((await rig.outcome("something else")).error)).toBe("not_recorded");
  expect(mock.getRequests()).toEqual([]);
  expect(await rig.egress()).toEqual([]);
});

it("hashes a request by what it says, not by how it is written", () => {
  const request = { model: "m", system: "s", messages: [], tools: [], maxOutputTokens: 1 };
  expect(requestHash(request)).toBe(requestHash({ maxOutputTokens: 1, tools: [], messages: [], system: "s", model: "m" }));
  expect(requestHash(request)).not.toBe(requestHash({ ...request, system: "t" }));
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: 1 })).toBe('{"a":1,"b":[{"c":2,"d":1}]}');
});
