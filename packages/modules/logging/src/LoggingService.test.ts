import type { AuditEntry } from "@coder/api/logging";
import { createMemoryDatabase, type IDatabase } from "@coder/db";
import { ANONYMOUS, systemCaller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { anyJson, anyJsonName, somebody } from "@coder/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { ChainVerifier, GENESIS_HASH, link, type ChainContent } from "./chain.ts";
import { ChainWriter } from "./ChainWriter.ts";
import { auditChainEntity, auditEntryEntity, auditIntentEntity } from "./entities.ts";
import { LoggingService } from "./LoggingService.ts";
import { applyRetention } from "./Retention.ts";

const KERNEL = systemCaller("kernel.audit");
const DAY = 86_400_000;

const everything = { limit: 200 };

describe("LoggingService", () => {
  let database: IDatabase;
  let clock: Date;
  let service: LoggingService;

  beforeEach(() => {
    database = createMemoryDatabase();
    clock = new Date("2026-03-01T12:00:00.000Z");
    service = new LoggingService({ database, writer: new ChainWriter({ database }), now: () => clock });
  });

  async function record(caller: Parameters<LoggingService["beginEntry"]>[1]["caller"], action = "auth.signOut", result: object = {}): Promise<string> {
    const { id } = await service.beginEntry(KERNEL, { caller, action, address: "127.0.0.1", userAgent: "test", traceId: "t" });
    await service.completeEntry(KERNEL, { id, outcome: "success", ...result });
    return id;
  }

  it("tells who did what, to what, and how it ended", async () => {
    const owner = somebody();
    await record(owner, "userManagement.changeMemberRole", { outcome: "denied", errorCode: "last_owner", target: { type: "user", id: "42" }, details: { role: { from: "owner", to: "member" } } });
    const { items } = await service.listEntries(owner, everything, "organization");
    expect(items).toMatchObject([
      { sequence: 1, actorKind: "user", actorUserId: owner.userId, action: "userManagement.changeMemberRole", outcome: "denied", errorCode: "last_owner", targetType: "user", targetId: "42", details: { role: { from: "owner", to: "member" } } },
    ]);
  });

  it("puts a sign-in into the log of the organization that it turned out to be for", async () => {
    const owner = somebody();
    await record(ANONYMOUS, "auth.signIn", { actorUserId: owner.userId, organizationId: owner.organizationId });
    await record(ANONYMOUS, "auth.signIn", { outcome: "failure", errorCode: "invalid_credentials" });
    expect((await service.listEntries(owner, everything, "organization")).items).toMatchObject([{ actorKind: "user", actorUserId: owner.userId }]);
    expect((await service.listEntries(owner, everything, "installation")).items).toMatchObject([{ actorKind: "anonymous", errorCode: "invalid_credentials", organizationId: null }]);
  });

  it("shows nobody another organization's entries", async () => {
    const [one, other] = [somebody(), somebody()];
    const id = await record(one);
    expect((await service.listEntries(other, everything, "organization")).items).toEqual([]);
    await expect(service.getEntry(other, { id })).rejects.toMatchObject({ kind: "not_found" });
    await expect(service.getEntry(one, { id })).resolves.toMatchObject({ id });
  });

  it("filters by actor, action, outcome and time, newest first, page by page", async () => {
    const owner = somebody();
    const colleague = { ...somebody(), organizationId: owner.organizationId };
    for (let day = 0; day < 6; day++) {
      clock = new Date(Date.parse("2026-03-01T12:00:00.000Z") + day * DAY);
      await record(day % 2 ? owner : colleague, day < 3 ? "auth.signIn" : "configurationService.setSetting", day === 5 ? { outcome: "denied" } : {});
    }
    const list = async (input: object) => (await service.listEntries(owner, { ...everything, ...input }, "organization")).items.map((entry) => entry.sequence);
    expect(await list({})).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await list({ actorUserId: owner.userId })).toEqual([6, 4, 2]);
    expect(await list({ actionPrefix: "auth." })).toEqual([3, 2, 1]);
    expect(await list({ outcome: "denied" })).toEqual([6]);
    expect(await list({ from: "2026-03-02T12:00:00.000Z", until: "2026-03-04T12:00:00.000Z" })).toEqual([3, 2]);
    const first = await service.listEntries(owner, { limit: 4 }, "organization");
    expect(first.items.map((entry) => entry.sequence)).toEqual([6, 5, 4, 3]);
    const second = await service.listEntries(owner, { limit: 4, cursor: first.nextCursor ?? "" }, "organization");
    expect([second.items.map((entry) => entry.sequence), second.nextCursor]).toEqual([[2, 1], null]);
  });

  it("completes an entry once, however often it is told", async () => {
    const owner = somebody();
    const id = await record(owner);
    await service.completeEntry(KERNEL, { id, outcome: "failure" });
    expect((await service.listEntries(owner, everything, "organization")).items).toMatchObject([{ id, outcome: "success" }]);
    await expect(service.completeEntry(KERNEL, { id: newId(), outcome: "success" })).rejects.toMatchObject({ code: "intent_not_found" });
  });

  it("records an action whose process died as unknown, and only then", async () => {
    const owner = somebody();
    await service.beginEntry(KERNEL, { caller: owner, action: "auth.changePassword", address: "::1", userAgent: "", traceId: "t" });
    const { signal } = new AbortController();
    expect(await service.settleAbandoned(new Date(clock.getTime()), signal)).toBe(0);
    expect(await service.settleAbandoned(new Date(clock.getTime() + 1), signal)).toBe(1);
    expect((await service.listEntries(owner, everything, "organization")).items).toMatchObject([{ action: "auth.changePassword", outcome: "unknown" }]);
    expect(await database.system("audit").repository(auditIntentEntity).count({})).toBe(0);
  });

  it("keeps details within bounds", async () => {
    const owner = somebody();
    const id = await record(owner, "x", { details: { text: "x".repeat(100_000) } });
    expect(JSON.stringify(await service.getEntry(owner, { id })).length).toBeLessThan(2_000);
  });

  it("keeps what a stranger sent without the characters that no database stores", async () => {
    const owner = somebody();
    const id = await record(owner, "x", { target: { type: "t", id: "a\0b" }, details: { "k\0": "v\0\ud800", nested: [{ deep: "\0" }] } });
    expect(await service.getEntry(owner, { id })).toMatchObject({ targetId: "a\ufffdb", details: { "k\ufffd": "v\ufffd\ufffd", nested: [{ deep: "\ufffd" }] } });
  });

  it("links 64 writers in 4 processes without a fork, a gap or a loss", async () => {
    const owner = somebody();
    const services = Array.from({ length: 4 }, () => new LoggingService({ database, writer: new ChainWriter({ database }), now: () => clock }));
    await Promise.all(
      Array.from({ length: 64 }, async (_unused, index) => {
        const writer = services[index % services.length] ?? service;
        const { id } = await writer.beginEntry(KERNEL, { caller: owner, action: `a${index}`, address: "", userAgent: "", traceId: "" });
        await writer.completeEntry(KERNEL, { id, outcome: "success" });
      }),
    );
    const { items } = await service.listEntries(owner, everything, "organization");
    expect(new Set(items.map((entry) => entry.action)).size).toBe(64);
    expect(await service.verifyChain(owner, "organization")).toMatchObject({ intact: true, checked: 64, firstSequence: 1, lastSequence: 64 });
  });

  it("tells retention from tampering", async () => {
    const owner = somebody();
    for (let day = 0; day < 10; day++) {
      clock = new Date(Date.parse("2026-03-01T12:00:00.000Z") + day * DAY);
      await record(owner);
    }
    const options = { signal: new AbortController().signal, progress: async () => {} };
    expect(await applyRetention(database, new Date("2026-03-04T12:00:00.000Z"), options)).toBe(3);
    expect(await applyRetention(database, new Date("2026-03-04T12:00:00.000Z"), options)).toBe(0);
    expect(await service.verifyChain(owner, "organization")).toMatchObject({ intact: true, checked: 7, firstSequence: 4 });
    await record(owner);
    expect(await service.verifyChain(owner, "organization")).toMatchObject({ intact: true, lastSequence: 11 });
    const rows = database.system("audit").repository(auditEntryEntity);
    const [first] = (await rows.query({ sequence: 4 })).items;
    await rows.delete(first?.id ?? "");
    expect(await service.verifyChain(owner, "organization")).toMatchObject({ intact: false, brokenAt: { sequence: 4, reason: "missing" } });
  });

  it("finishes a retention that was interrupted between the mark and the deletion", async () => {
    const owner = somebody();
    for (let index = 0; index < 5; index++) await record(owner);
    const rows = database.system("audit").repository(auditEntryEntity);
    const third = await rows.findOne({ sequence: 3 });
    await database.system("audit").repository(auditChainEntity).update(owner.organizationId, { prunedThrough: 3, prunedHash: third?.hash ?? "" });
    expect(await service.verifyChain(owner, "organization")).toMatchObject({ intact: true, checked: 2 });
    await applyRetention(database, new Date(0), { signal: new AbortController().signal, progress: async () => {} });
    expect(await rows.count({})).toBe(2);
  });
});

describe("the chain", () => {
  const content = fc.record({ action: fc.string(), details: fc.dictionary(anyJsonName, anyJson) });

  function chainOf(contents: readonly { action: string; details: Record<string, unknown> }[]): AuditEntry[] {
    const full = contents.map((item): ChainContent => ({
      id: newId(), organizationId: null, actorKind: "anonymous", actorUserId: null, actorComponent: null, targetType: null, targetId: null, outcome: "success",
      errorCode: null, address: "", userAgent: "", traceId: "", startedAt: "2026-03-01T12:00:00.000Z", completedAt: "2026-03-01T12:00:00.000Z", ...item,
    }));
    return link({ sequence: 0, hash: GENESIS_HASH }, full);
  }

  function verify(entries: readonly AuditEntry[]) {
    const verifier = new ChainVerifier({ sequence: 0, hash: GENESIS_HASH });
    for (const entry of entries) verifier.add(entry);
    return verifier.report();
  }

  it("survives a trip through JSON", () => {
    fc.assert(fc.property(fc.array(content, { maxLength: 20 }), (contents) => verify(JSON.parse(JSON.stringify(chainOf(contents)))).intact));
  });

  it("finds and names every edit, removal, swap and insertion before the last entry", () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 3, maxLength: 12 }), fc.nat(), fc.constantFrom("edit", "remove", "swap", "insert"), (contents, random, kind) => {
        const entries = chainOf(contents);
        const at = random % (entries.length - 1);
        const [here, next] = [entries[at], entries[at + 1]];
        if (!here || !next) return false;
        if (kind === "edit") entries[at] = { ...here, action: `${here.action}!` };
        if (kind === "remove") entries.splice(at, 1);
        if (kind === "swap") entries.splice(at, 2, next, here);
        if (kind === "insert") entries.splice(at, 0, { ...here, id: newId() });
        const report = verify(entries);
        return !report.intact && report.brokenAt !== null && Math.abs(report.brokenAt.sequence - (at + 1)) <= 1;
      }),
    );
  });
});
