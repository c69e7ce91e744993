import { AuditEntrySchema, type AuditEntry } from "@coder/api/logging";
import { UserIdSchema } from "@coder/shared";
import { describe, expect, it } from "vitest";
import { parseFilter } from "#ui/table/filter.ts";
import { auditFilterKeys, isSiftedHere, matchesEntry, serverFilter } from "./audit-filter.ts";
import { namesIn, targetName } from "./words.ts";

const ADA = UserIdSchema.parse("01a209c9-9be7-706c-8641-b7ccda749bf6");
const BOB = UserIdSchema.parse("01a209d1-0636-70bf-8693-970e51b7c7c0");
const PEOPLE = [
  { userId: ADA, name: "Ada Lovelace", email: "ada@example.org" },
  { userId: BOB, name: "Bob Babbage", email: "bob@example.org" },
];
const NAMES = new Map(PEOPLE.map(({ userId, name }) => [userId, name]));
const read = (text: string) => parseFilter(text, auditFilterKeys([], []));

function entry(change: Partial<AuditEntry>): AuditEntry {
  return AuditEntrySchema.parse({
    id: "01a209d1-1d6b-701b-92ba-6477e5d68f9c", organizationId: null, sequence: 1, actorKind: "user", actorUserId: ADA, actorComponent: null, action: "auth.signIn", targetType: null,
    targetId: null, outcome: "success", errorCode: null, details: {}, address: "127.0.0.1", userAgent: "", traceId: "t", startedAt: "2026-11-23T12:00:00.000Z",
    completedAt: "2026-11-23T12:00:00.000Z", previousHash: "", hash: "", ...change,
  });
}
const matches = (text: string, change: Partial<AuditEntry>) => matchesEntry(entry(change), read(text), PEOPLE, NAMES, ADA);

describe("the filter of the audit log", () => {
  it("hands to the server what the server can narrow down", () => {
    expect(serverFilter(read("actor:me action:auth. outcome:denied from:2026-11-23 until:2026-11-23"), PEOPLE, ADA, "UTC")).toEqual({
      actorUserId: ADA, actionPrefix: "auth.", outcome: "denied", from: "2026-11-23T00:00:00.000Z", until: "2026-11-24T00:00:00.000Z",
    });
  });

  it("keeps for itself what the server cannot say: several of a kind, and text", () => {
    const filter = read("outcome:denied outcome:failure lovelace");
    expect(serverFilter(filter, PEOPLE, ADA, "UTC")).toEqual({});
    expect(isSiftedHere(filter)).toBe(true);
    expect(isSiftedHere(read("actor:me outcome:denied"))).toBe(false);
  });

  it("takes one of several values of a key, and all keys together", () => {
    expect(matches("outcome:denied outcome:failure", { outcome: "failure" })).toBe(true);
    expect(matches("outcome:denied actor:bob@example.org", { outcome: "denied" })).toBe(false);
    expect(matches("actor:bob@example.org", { actorUserId: BOB })).toBe(true);
    expect(matches("actor:system", { actorKind: "system", actorUserId: null, actorComponent: "logging.retention" })).toBe(true);
  });

  it("finds by the words that are shown", () => {
    expect(matches("lovelace sign", {})).toBe(true);
    expect(matches("retention", { targetType: "setting", targetId: "logging.retentionDays" })).toBe(true);
    expect(matches("babbage", {})).toBe(false);
  });
});

describe("what an entry was done to", () => {
  it("is called as the entry says that made it, in all others too, and by its id where nobody says", () => {
    const decided = entry({ targetType: "change-set", targetId: "c-1" });
    const names = namesIn([decided, entry({ targetType: "change-set", targetId: "c-1", details: { title: "Count longer times" } }), entry({ targetType: "run", targetId: "r-1", details: { command: "npm test" } })]);
    expect(targetName(decided, names)).toBe("Count longer times");
    expect(targetName(entry({ targetType: "run", targetId: "r-1" }), names)).toBe("npm test");
    expect(targetName(entry({ targetType: "run", targetId: "r-2" }), names)).toBe("r-2");
  });

  it("has the newest of its names", () => {
    expect(namesIn([entry({ targetId: "p-1", details: { name: "New" } }), entry({ targetId: "p-1", details: { name: "Old" } })]).get("p-1")).toBe("New");
  });

  it("is, for a session, whose it is", () => {
    expect(targetName(entry({ targetType: "session", targetId: "s-1" }), NAMES)).toBe("Ada Lovelace");
    expect(targetName(entry({ targetType: "session", targetId: "s-1", actorUserId: null, actorKind: "anonymous" }), NAMES)).toBe("s-1");
  });
});
