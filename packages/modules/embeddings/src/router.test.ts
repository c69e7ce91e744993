import { embeddingsPermissions } from "@coder/api/embeddings";
import { embeddingsRef, embeddingsRouter } from "@coder/api/embeddings/router";
import type { Caller, OrganizationRole } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { createCallerFactory } from "@coder/shared/trpc";
import { outcome, permissionsOf, somebody, testContext, type AuditedCall } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EmbeddingsRig } from "./__fixtures__/EmbeddingsRig.ts";

const FILES = { "src/session.ts": "/** Stops a session. */\nexport function revokeSession(id: string) { store.delete(id); }\n", "src/total.py": "def total_price(items):\n    return sum(item.price for item in items)\n" };

let rig: EmbeddingsRig;
let audited: AuditedCall[];
beforeEach(() => {
  rig = new EmbeddingsRig();
  audited = [];
});
afterEach(() => rig.search.stop());

/** The router as somebody with a role calls it from outside. */
function as(role: OrganizationRole, caller: Caller = rig.caller) {
  return createCallerFactory(embeddingsRouter)(testContext({ ref: embeddingsRef, service: rig.service, caller, audited, permissions: permissionsOf(embeddingsPermissions, role) }));
}

/** Every operation, for one project. */
const OPERATIONS = {
  startIndex: (edge: ReturnType<typeof as>, projectId: string) => edge.startIndex({ projectId }),
  getIndex: (edge: ReturnType<typeof as>, projectId: string) => edge.getIndex({ projectId }),
  search: (edge: ReturnType<typeof as>, projectId: string) => edge.search({ projectId, query: "session" }),
  deleteIndex: (edge: ReturnType<typeof as>, projectId: string) => edge.deleteIndex({ projectId }),
} as const;

describe("who may", () => {
  it.each(["owner", "admin", "member"] as const)("an %s index, search and remove", async (role) => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    for (const [name, call] of Object.entries(OPERATIONS)) expect([name, await outcome(call(as(role), project))]).toEqual([name, "done"]);
  });

  it("an auditor nothing", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    for (const [name, call] of Object.entries(OPERATIONS)) expect([name, await outcome(call(as("auditor"), project))]).toEqual([name, "permission_missing"]);
  });

  it("test the endpoint: people who see to the organization", async () => {
    const outcomes = await Promise.all((["owner", "admin", "member", "auditor"] as const).map((role) => outcome(as(role).probeEndpoint({}))));
    expect(outcomes).toEqual(["done", "done", "permission_missing", "permission_missing"]);
  });

  it("another organization nothing, whatever it holds", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const stranger = somebody();
    for (const [name, call] of Object.entries(OPERATIONS)) expect([name, await outcome(call(as("owner", stranger), project))]).toEqual([name, "project_not_found"]);
    expect(await rig.find(project, "session")).toContain("revokeSession");
    for (const [name, call] of Object.entries(OPERATIONS)) expect([name, await outcome(call(as("owner"), newId()))]).toEqual([name, "project_not_found"]);
  });

  it("never sees what another organization's project of the same files holds", async () => {
    const stranger = somebody();
    const [mine, theirs] = [rig.workspace.create(rig.caller, FILES), rig.workspace.create(stranger, { "planted/secret.ts": "/** Stops a session. */\nexport function revokeSession() {}\n" })];
    await rig.index(mine);
    await rig.index(theirs, { caller: stranger });
    const { hits } = await as("member").search({ projectId: mine, query: "stop a session", limit: 200 });
    expect(hits.map(({ path }) => path).filter((path) => path.startsWith("planted"))).toEqual([]);
    expect((await as("member", stranger).search({ projectId: theirs, query: "stop a session" })).hits.map(({ path }) => path)).toEqual(["planted/secret.ts"]);
  });
});

describe("what is asked", () => {
  it("is checked", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { search } = as("member");
    const refused = [{ query: "" }, { query: "   " }, { query: "é".repeat(5_000) }, { query: "a", limit: 0 }, { query: "a", limit: 201 }, { query: "a", pathPrefix: "../x" }, { query: "a", languages: [] }];
    for (const input of refused) await expect(search({ projectId: project, ...input })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(search({ projectId: "x", query: "a" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect((await search({ projectId: project, query: "x".repeat(8_192) })).hits).toEqual([]);
  });

  it("is answered with all that the screen needs", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const result = await as("member").search({ projectId: project, query: "stop a session", languages: ["typescript"], pathPrefix: "src/" });
    expect(result).toMatchObject({ index: { state: "ready", stale: false }, ranking: "builtin", problem: null, hits: [{ path: "src/session.ts", symbol: "revokeSession", kind: "function", language: "typescript", startLine: 1, endLine: 2 }] });
    expect(result.hits[0]?.score).toBeGreaterThan(0.2);
    expect(result.hits[0]?.reason.summary).toContain("session");
  });
});

it("tells the audit log what was done to what", async () => {
  const project = rig.workspace.create(rig.caller, FILES);
  await as("member").startIndex({ projectId: project });
  await outcome(as("auditor").deleteIndex({ projectId: project }));
  await as("member").deleteIndex({ projectId: project });
  await outcome(as("member").search({ projectId: project, query: "session" }));
  const target = { type: "project", id: project };
  expect(audited).toMatchObject([{ action: "startIndex", outcome: "success", target }, { action: "deleteIndex", outcome: "denied", target }, { action: "deleteIndex", outcome: "success", target }]);
});
