import { outcome } from "@coder/testing";
import { afterEach, expect, it } from "vitest";
import { PROJECTS } from "../__fixtures__/projects.ts";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { Engine, type GenerationRequest } from "./Engine.ts";

const snapshot = snapshotOf(PROJECTS["fastify-ts"]({ runner: "vitest", validation: "none" }));
const never = new AbortController().signal;
let engine: Engine | null = null;

afterEach(async () => {
  await engine?.stop();
  engine = null;
});

it("computes in a thread, one after the other and side by side, and hands refusals on", async () => {
  engine = new Engine({ timeoutSeconds: () => 60 });
  const [one, other] = await Promise.all([engine.run("describe", { snapshot }, never), engine.run("describe", { snapshot }, never)]);
  expect(one).toMatchObject({ framework: "fastify" });
  expect(other).toEqual(one);
  const request: GenerationRequest = { generator: "test-data", input: { tables: [{ type: "Nothing", rows: 1 }], format: "json", key: "1", locale: "en", edgeCases: false } };
  await expect(engine.run("generate", { snapshot, request }, never)).rejects.toMatchObject({ code: "input_invalid", details: { path: "tables.0.type" } });
  // The thread that waits is taken again and again, and nothing is left on it.
  const warned: string[] = [];
  const onWarning = ({ name }: Error) => warned.push(name);
  process.on("warning", onWarning);
  for (let time = 0; time < 12; time++) await engine.run("describe", { snapshot }, never);
  process.off("warning", onWarning);
  expect(warned).toEqual([]);
  expect((await engine.run("read", { snapshot, sentence: "return a user by id" }, never)).generator).toBe("http-endpoint");
});

it("ends when nobody waits any more, and after its time", async () => {
  engine = new Engine({ timeoutSeconds: () => 0.001 });
  expect(await outcome(engine.run("describe", { snapshot }, never))).toBe("generation_timeout");
  const abort = new AbortController();
  const slow = new Engine({ timeoutSeconds: () => 60 });
  const asked = slow.run("describe", { snapshot }, abort.signal);
  abort.abort(new Error("gone"));
  await expect(asked).rejects.toThrow("gone");
  await expect(slow.run("describe", { snapshot }, abort.signal)).rejects.toThrow("gone");
  await slow.stop();
});
