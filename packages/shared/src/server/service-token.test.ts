import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { ANONYMOUS, systemCaller, type Caller } from "../caller.ts";
import { ada, memoryLog, type LogLine } from "./edge/__fixtures__/notes-product.ts";
import { createServiceTokens, SERVICE_TOKEN_SECONDS } from "./service-token.ts";

const SECRET = "service-secret-service-secret-service";
const NOW = new Date("2030-01-01T00:00:00Z");
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

function at(offsetSeconds: number, secret = SECRET) {
  const logs: LogLine[] = [];
  const tokens = createServiceTokens({ secret, log: memoryLog(logs), now: () => new Date(NOW.getTime() + offsetSeconds * 1000) });
  return { tokens, logs };
}

function tokenFor(caller: Caller, audience = "user-management", offsetSeconds = 0) {
  const deadline = new Date(NOW.getTime() + (offsetSeconds + 30) * 1000);
  return at(offsetSeconds).tokens.sign({ audience, caller, traceId: TRACE, deadline });
}

const invalid = expect.objectContaining({ code: "service_token_invalid", httpStatus: 401 });

describe("a service token", () => {
  it.each([["a person", ada], ["a part of the product", systemCaller("logging.retention", ada.organizationId)], ["nobody", ANONYMOUS]])("says that %s asks", async (_who, caller) => {
    const claims = await at(1).tokens.verify(await tokenFor(caller), "user-management");
    expect(claims).toEqual({ caller, traceId: TRACE, deadline: new Date(NOW.getTime() + 30_000) });
  });

  it("carries where a forwarded request came from", async () => {
    const forwarded = { address: "203.0.113.5", userAgent: "Browser" };
    const token = await at(0).tokens.sign({ audience: "auth", caller: ada, traceId: TRACE, deadline: NOW, forwarded });
    expect(await at(0).tokens.verify(token, "auth")).toMatchObject({ forwarded });
  });

  it("is good for its module alone", async () => {
    await expect(at(0).tokens.verify(await tokenFor(ada, "logging"), "user-management")).rejects.toThrow(invalid);
    await expect(at(0).tokens.verify(await tokenFor(ada, "logging"), "")).rejects.toThrow(invalid);
  });

  it(`is good for ${SERVICE_TOKEN_SECONDS} s at most, however late its deadline`, async () => {
    const token = await at(0).tokens.sign({ audience: "logging", caller: ada, traceId: TRACE, deadline: new Date(NOW.getTime() + 3_600_000) });
    await expect(at(SERVICE_TOKEN_SECONDS - 1).tokens.verify(token, "logging")).resolves.toMatchObject({ caller: ada });
    await expect(at(SERVICE_TOKEN_SECONDS + 6).tokens.verify(token, "logging")).rejects.toThrow(invalid);
  });

  it("survives clocks a few seconds apart, no more", async () => {
    const token = await tokenFor(ada);
    await expect(at(-4).tokens.verify(token, "user-management")).resolves.toMatchObject({ caller: ada });
    await expect(at(-7).tokens.verify(token, "user-management")).rejects.toThrow(invalid);
  });

  it.each([["behind", 3600], ["ahead of", -3600]])("names a clock that is an hour %s this one", async (word, offset) => {
    const { tokens, logs } = at(offset);
    await expect(tokens.verify(await tokenFor(ada), "user-management")).rejects.toThrow(invalid);
    expect(logs).toEqual([{ level: "error", fields: { audience: "user-management", skewSeconds: offset }, message: expect.stringContaining(`3600 s ${word} the clock here`) }]);
  });

  it("is refused when somebody else signed it, nobody signed it, or it was changed", async () => {
    const forged = await at(0, "another-secret-another-secret-anot").tokens.sign({ audience: "logging", caller: ada, traceId: TRACE, deadline: NOW });
    const unsigned = new UnsecuredJWT({ caller: ada, trace: TRACE, deadline: NOW.getTime() }).setIssuer("coder").setAudience("logging").setIssuedAt(NOW).setExpirationTime("30s").encode();
    const [header, , signature] = (await tokenFor(ada, "logging")).split(".");
    const changed = [header, Buffer.from(JSON.stringify({ caller: systemCaller("root") })).toString("base64url"), signature].join(".");
    for (const token of [forged, unsigned, changed, "", "a.b.c", "x".repeat(5000)]) {
      const { tokens, logs } = at(0);
      await expect(tokens.verify(token, "logging")).rejects.toThrow(invalid);
      expect(logs.map((line) => line.level)).toEqual(["warn"]);
    }
  });

  it("is refused when it was made to live longer than any of ours", async () => {
    const seconds = NOW.getTime() / 1000;
    const long = await new SignJWT({ caller: ada, trace: TRACE, deadline: NOW.getTime() })
      .setProtectedHeader({ alg: "HS256" }).setIssuer("coder").setAudience("logging").setIssuedAt(seconds).setExpirationTime(seconds + 3600)
      .sign(new TextEncoder().encode(SECRET));
    await expect(at(0).tokens.verify(long, "logging")).rejects.toThrow(invalid);
  });

  it("is refused when it does not say who asks", async () => {
    const seconds = NOW.getTime() / 1000;
    const nobody = await new SignJWT({ caller: { kind: "root" }, trace: TRACE, deadline: NOW.getTime() })
      .setProtectedHeader({ alg: "HS256" }).setIssuer("coder").setAudience("logging").setIssuedAt(seconds).setExpirationTime(seconds + 30)
      .sign(new TextEncoder().encode(SECRET));
    await expect(at(0).tokens.verify(nobody, "logging")).rejects.toThrow(invalid);
  });
});
