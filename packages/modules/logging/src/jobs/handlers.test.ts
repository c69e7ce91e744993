import { createMemoryDatabase, type IDatabase } from "@coder/db";
import { systemCaller } from "@coder/shared";
import type { JobContext } from "@coder/shared/server";
import { fixedConfig, silentLogger, somebody } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { ChainWriter } from "../ChainWriter.ts";
import { LoggingService } from "../LoggingService.ts";
import { applyRetentionHandler } from "./apply-retention.handler.ts";
import { settleEntriesHandler } from "./settle-entries.handler.ts";

const KERNEL = systemCaller("kernel.audit");
const DAY_MS = 86_400_000;

describe("the jobs of the audit log", () => {
  const owner = somebody();
  let database: IDatabase;
  let clock: Date;
  let service: LoggingService;
  let progress: (readonly [number, number])[];
  let context: JobContext<unknown>;

  beforeEach(() => {
    database = createMemoryDatabase();
    clock = new Date("2026-03-01T12:00:00.000Z");
    service = new LoggingService({ database, writer: new ChainWriter({ database }), now: () => clock });
    progress = [];
    context = { id: "job", payload: {}, caller: KERNEL, attempt: 1, signal: new AbortController().signal, log: silentLogger, progress: async (done, total) => void progress.push([done, total]) };
  });

  const begin = () => service.beginEntry(KERNEL, { caller: owner, action: "auth.signIn", address: "", userAgent: "", traceId: "" });
  const entries = async () => (await service.listEntries(owner, { limit: 50 }, "organization")).items;

  it("forget what is older than the days that the operator keeps, and nothing with 0", async () => {
    for (let day = 0; day < 5; day++) {
      const { id } = await begin();
      await service.completeEntry(KERNEL, { id, outcome: "success" });
      clock = new Date(clock.getTime() + DAY_MS);
    }
    const withDays = (retentionDays: number) => applyRetentionHandler({ database, config: fixedConfig({ retentionDays, unknownAfterSeconds: 300 }), now: () => clock });
    await withDays(0)(context);
    expect([(await entries()).length, progress]).toEqual([5, []]);
    await withDays(2)(context);
    expect((await entries()).map(({ sequence }) => sequence)).toEqual([5, 4]);
    expect(progress).toEqual([[1, 1]]);
  });

  it("settle what has gone on for longer than an action may, and leave the others", async () => {
    const settle = settleEntriesHandler({ service, config: fixedConfig({ retentionDays: 0, unknownAfterSeconds: 300 }), now: () => clock });
    const { id } = await begin();
    clock = new Date(clock.getTime() + 299_000);
    await begin();
    await settle(context);
    expect(await entries()).toEqual([]);
    clock = new Date(clock.getTime() + 2_000);
    await settle(context);
    expect(await entries()).toMatchObject([{ id, outcome: "unknown" }]);
  });

  it("stop where they are when they are told to", async () => {
    const { id } = await begin();
    await service.completeEntry(KERNEL, { id, outcome: "success" });
    clock = new Date(clock.getTime() + 10 * DAY_MS);
    const handler = applyRetentionHandler({ database, config: fixedConfig({ retentionDays: 1, unknownAfterSeconds: 300 }), now: () => clock });
    await handler({ ...context, signal: AbortSignal.abort() });
    expect(await entries()).toHaveLength(1);
  });
});
