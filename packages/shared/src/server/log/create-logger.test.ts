import { EventEmitter } from "node:events";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "../../app-error.ts";
import { runWithTrace } from "../trace-context.ts";
import { createLogger, type LoggerOptions } from "./create-logger.ts";

const EntrySchema = z.looseObject({ level: z.string(), time: z.iso.datetime(), msg: z.string() });

function logger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({ level: "info", destination: { write: (line) => void lines.push(line) }, ...options });
  return { log, lines, entries: () => lines.map((line) => EntrySchema.parse(JSON.parse(line))) };
}

describe("lines", () => {
  it("are one JSON object each, with time, level, part and fields", () => {
    const { log, lines, entries } = logger({ name: "gateway" });
    log.warn({ path: "auth.signIn", count: 3 }, "Slow\nand on two lines");
    expect(entries()).toMatchObject([{ level: "warn", name: "gateway", path: "auth.signIn", count: 3, msg: "Slow\nand on two lines" }]);
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  });

  it("belong to their trace", async () => {
    const { log, entries } = logger();
    await runWithTrace("trace-1", async () => {
      await Promise.resolve();
      log.info({}, "inside");
    });
    log.info({}, "outside");
    expect(entries().map(({ traceId }) => traceId)).toEqual(["trace-1", undefined]);
  });

  it("carry the fields of their logger and its parents", () => {
    const { log, entries } = logger();
    log.child({ module: "auth" }).child({ job: "7" }).error({}, "failed");
    expect(entries()).toMatchObject([{ module: "auth", job: "7" }]);
  });

  it("follow the level while it changes, children too", () => {
    const { log, entries } = logger({ level: "warn" });
    const child = log.child({ module: "auth" });
    child.info({}, "1");
    log.setLevel("debug");
    child.debug({}, "2");
    log.setLevel("error");
    child.warn({}, "3");
    expect(entries().map(({ msg }) => msg)).toEqual(["2"]);
  });

  it("tell errors with their codes and causes", () => {
    const { log, entries } = logger();
    const err = new AppError("conflict", "version_conflict", "Somebody was faster", { remedy: "Load again", details: { key: "a" }, cause: new TypeError("inner") });
    log.error({ err }, "failed");
    expect(entries()).toMatchObject([{ err: { type: "AppError", code: "version_conflict", message: "Somebody was faster", details: { key: "a" }, stack: expect.stringContaining("AppError"), cause: { type: "TypeError", message: "inner" } } }]);
  });

  it("leave out the machinery that libraries hang on their errors", () => {
    const { log, entries } = logger();
    const err = Object.assign(new Error("Lost"), { code: "57P01", client: new EventEmitter(), causes: [new Error("inner")], details: { key: "a" } });
    log.error({ err }, "failed");
    expect(entries()).toMatchObject([{ err: { code: "57P01", client: "[object]", causes: [{ message: "inner" }], details: { key: "a" } } }]);
  });

  it("have each name once, whatever fields are called", () => {
    const { log, lines, entries } = logger();
    log.child({ pid: 1 }).info({ level: "fatal", msg: "other", time: 0 }, "real");
    expect(entries()).toMatchObject([{ level: "info", msg: "real", pid: process.pid, level_: "fatal", msg_: "other", time_: 0, pid_: 1 }]);
    expect(lines[0]?.match(/"(level|msg|time|pid)":/g)).toHaveLength(4);
  });

  it("are on standard output before the call returns, so that a kill loses none", () => {
    const code = `import { createLogger } from ${JSON.stringify(new URL("create-logger.ts", import.meta.url).href)};
      const log = createLogger({ level: "info", name: "worker" });
      for (let count = 0; count < 500; count += 1) log.info({ count }, "line");
      process.kill(process.pid, "SIGKILL");`;
    const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
    expect(signal).toBe("SIGKILL");
    expect(stdout.trimEnd().split("\n").map((line) => EntrySchema.parse(JSON.parse(line))["count"])).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });

  it("survive what cannot be written as JSON", () => {
    const { log, entries } = logger();
    const loop: Record<string, unknown> = { big: 10n, at: new Date(0), never: new Date(Number.NaN), bytes: new Uint8Array(9), call: () => 1, map: new Map([["a", 1]]), symbol: Symbol("s") };
    loop["self"] = loop;
    const deep = Array.from({ length: 40 }).reduce<object>((inner) => ({ inner }), {});
    log.info({ loop, deep, many: Array.from({ length: 5_000 }, (_, index) => index) }, "odd");
    expect(entries()).toMatchObject([{ loop: { big: "10", at: "1970-01-01T00:00:00.000Z", never: "[invalid date]", bytes: "[9 bytes]", call: "[function]", map: [["a", 1]], symbol: "Symbol(s)", self: "[circular]" } }]);
    expect(JSON.stringify(entries())).toContain("[4900 more]");
    expect(JSON.stringify(entries())).toContain("[deep]");
  });
});

describe("secrets", () => {
  const CANARY = "canary-5f2e\"\\ü/8c";
  const known = logger({ secrets: [CANARY, `postgres://coder:${encodeURIComponent(CANARY)}@db/coder`] });

  it.each(["password", "newPassword", "PASSWORD", "x-api-key", "apiKey", "authorization", "Cookie", "set-cookie", "sessionToken", "access_token", "clientSecret", "private_key", "credentials"])(
    "do not get out under the name %s, however deep",
    (name) => {
      const { log, lines } = logger();
      log.child({ [name]: CANARY }).info({ [name]: CANARY, a: [{ b: { [name]: { inner: CANARY } } }], err: Object.assign(new Error("x"), { request: { headers: { [name]: [CANARY] } } }) }, "x");
      expect(lines.join("")).toContain("[redacted]");
      expect(lines.join("")).not.toContain("canary");
    },
  );

  it("that are registered do not get out wherever they are", () => {
    const { log, lines } = known;
    const err = new Error(`connect failed: ${CANARY}`, { cause: new Error(CANARY) });
    log.error({ note: `it is ${CANARY}!`, list: [CANARY], url: encodeURIComponent(CANARY), json: JSON.stringify({ CANARY }), err }, `said ${CANARY}`);
    log.child({ who: CANARY }).warn({}, `postgres://coder:${encodeURIComponent(CANARY)}@db/coder`);
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toMatch(/canary/);
    for (const line of lines) EntrySchema.parse(JSON.parse(line));
  });

  it("that are registered later are left out from then on", () => {
    const { log, lines } = logger();
    log.addSecret("one-time-code-991122");
    log.info({ code: "one-time-code-991122" }, "one-time-code-991122");
    expect(lines.join("")).not.toContain("991122");
  });

  it.each([
    ["a URL's password", "tried postgres://coder:hunter2canary@127.0.0.1:5432/coder"],
    ["a bearer token", "sent Authorization: Bearer canary.abcdefgh.ijkl"],
    ["a query parameter", "GET /join?token=canary123&x=1"],
  ])("are recognised by their form: %s", (_what, text) => {
    const { log, lines } = logger();
    log.info({ text, err: new Error(text) }, text);
    expect(lines.join("")).not.toContain("canary");
  });

  it("leave numbers and names that only sound alike readable", () => {
    const { log, entries } = logger();
    log.info({ maxTokens: 4000, hasPassword: true, token: null, key: "logging.retentionDays", sessionId: "s-1", code: "not_found" }, "x");
    expect(entries()).toMatchObject([{ maxTokens: 4000, hasPassword: true, token: null, key: "logging.retentionDays", sessionId: "s-1", code: "not_found" }]);
  });

  it("never get out of any JSON, and every line stays JSON", () => {
    const secrets = fc.string({ minLength: 8, maxLength: 12, unit: fc.constantFrom(..."bfnrtu0\"\\/:@?=&%é\n") });
    const around = fc.string({ unit: fc.constantFrom(..."abn\\\"\n\t") });
    fc.assert(
      fc.property(secrets, around, fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (secret, text, fields) => {
        const { log, lines, entries } = logger({ secrets: [secret] });
        log.info({ fields, own: `${text}${secret}${text}`, asJson: JSON.stringify({ secret }) }, `${text}${secret}${text}`);
        expect(entries()).toHaveLength(1);
        for (const text of strings(JSON.parse(lines[0] ?? ""))) expect(text).not.toContain(secret);
      }),
      { numRuns: 1_000 },
    );
  });
});

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
