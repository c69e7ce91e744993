import { loggingRef, loggingRouter } from "@coder/api/logging/router";
import { createMemoryDatabase } from "@coder/db";
import { systemCaller } from "@coder/shared";
import { createCallerFactory } from "@coder/shared/trpc";
import { somebody, testContext } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { AuditPort } from "./AuditPort.ts";
import { ChainWriter } from "./ChainWriter.ts";
import { LoggingService } from "./LoggingService.ts";

describe("the audit port", () => {
  const KERNEL = systemCaller("kernel.audit");
  let service: LoggingService;
  let port: AuditPort;

  beforeEach(() => {
    const database = createMemoryDatabase();
    service = new LoggingService({ database, writer: new ChainWriter({ database }), now: () => new Date() });
    const call = createCallerFactory(loggingRouter);
    port = new AuditPort({ logging: (caller) => call(testContext({ ref: loggingRef, service, caller, via: "service" })), caller: KERNEL });
  });

  it("records what was tried before it happens, and then how it ended", async () => {
    const owner = somebody();
    const attempt = await port.begin({ caller: owner, action: "auth.signOut", connection: { address: "127.0.0.1", userAgent: "a browser" }, traceId: "t" });
    expect((await service.listEntries(owner, { limit: 10 }, "organization")).items).toEqual([]);
    await attempt.complete({ outcome: "denied", errorCode: "last_owner", details: { kept: true } });
    expect((await service.listEntries(owner, { limit: 10 }, "organization")).items).toMatchObject([
      { actorUserId: owner.userId, action: "auth.signOut", outcome: "denied", errorCode: "last_owner", address: "127.0.0.1", userAgent: "a browser", traceId: "t", details: { kept: true } },
    ]);
  });

  it("takes the name that a browser gives itself, however long it is", async () => {
    const owner = somebody();
    const attempt = await port.begin({ caller: owner, action: "auth.signOut", connection: { address: "x".repeat(1_000), userAgent: "y".repeat(10_000) }, traceId: "t" });
    await attempt.complete({ outcome: "success" });
    expect((await service.listEntries(owner, { limit: 10 }, "organization")).items).toMatchObject([{ address: "x".repeat(100), userAgent: "y".repeat(500) }]);
  });
});
