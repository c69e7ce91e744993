import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AuditAttempt, IAuditPort } from "../../trpc/context.ts";
import { memoryLog, type LogLine } from "../edge/__fixtures__/notes-product.ts";
import { CrossTenantRecord } from "./CrossTenantRecord.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function book(record: CrossTenantRecord) {
  const written: string[] = [];
  let away = false;
  const audit: IAuditPort = {
    begin: async ({ action, caller }: AuditAttempt) => {
      // What the audit log itself does.
      record.note("audit");
      if (away) throw new Error("away");
      return { complete: async ({ target }) => void written.push(`${caller.kind === "system" ? caller.component : ""} ${action} ${target?.id}`) };
    },
  };
  return { written, audit, setAway: (now: boolean) => (away = now) };
}

it("has one entry per reason and day, the log's own work included", async () => {
  const record = new CrossTenantRecord({ process: "http", log: memoryLog([]) });
  const { written, audit } = book(record);
  record.note("settings");
  record.start(audit);
  for (let use = 0; use < 5; use += 1) record.note("sign-in");
  await vi.advanceTimersByTimeAsync(0);
  expect(written.toSorted()).toEqual(["audit", "settings", "sign-in"].map((reason) => `process.http kernel.workAcrossTenants ${reason}`));
  await vi.advanceTimersByTimeAsync(86_400_000);
  record.note("sign-in");
  await vi.advanceTimersByTimeAsync(0);
  expect(written.slice(3).toSorted()).toEqual(["audit", "sign-in"].map((reason) => `process.http kernel.workAcrossTenants ${reason}`));
});

it("is completed when the log was away for a while, and does not insist every time", async () => {
  const logs: LogLine[] = [];
  const record = new CrossTenantRecord({ process: "jobs", log: memoryLog(logs) });
  const { written, audit, setAway } = book(record);
  setAway(true);
  record.start(audit);
  for (let use = 0; use < 5; use += 1) record.note("retention");
  await vi.advanceTimersByTimeAsync(1_000);
  expect([written, logs.map(({ level }) => level)]).toEqual([[], ["warn", "warn"]]);
  setAway(false);
  await vi.advanceTimersByTimeAsync(60_000);
  record.note("retention");
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toContain("process.jobs kernel.workAcrossTenants retention");
});

it("has written what it began before it stops, and begins nothing afterwards", async () => {
  const record = new CrossTenantRecord({ process: "admin", log: memoryLog([]) });
  const { written, audit } = book(record);
  record.start(audit);
  record.note("sign-in");
  await record.stop();
  expect(written.toSorted()).toEqual(["audit", "sign-in"].map((reason) => `process.admin kernel.workAcrossTenants ${reason}`));
  record.note("retention");
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toHaveLength(2);
});
