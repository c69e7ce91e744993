import { aiServicePermissions } from "@coder/api/ai-service";
import { aiServiceRef, aiServiceRouter } from "@coder/api/ai-service/router";
import { newId } from "@coder/shared/server";
import { actorOf, type OrganizationRole } from "@coder/shared";
import { createCallerFactory } from "@coder/shared/trpc";
import { outcome, permissionsOf, somebody, testContext, type AuditedCall } from "@coder/testing";
import { expect, it } from "vitest";
import { ChatRig } from "./__fixtures__/ChatRig.ts";

/** The module's router, called at the edge by people of one organization. */
function edge() {
  const rig = new ChatRig();
  const audited: AuditedCall[] = [];
  const as = (role: OrganizationRole) =>
    createCallerFactory(aiServiceRouter)(testContext({ ref: aiServiceRef, service: rig.service, caller: rig.caller, audited, permissions: permissionsOf(aiServicePermissions, role) }));
  return { rig, as, audited };
}

it("lets each role do what the permissions say", async () => {
  const { rig, as } = edge();
  for (const [role, mayChat, mayCheck, mayLook] of [["owner", true, true, true], ["admin", true, true, true], ["member", true, false, false], ["auditor", false, false, true]] as const) {
    const said = (allowed: boolean, done = "done") => (allowed ? done : "permission_missing");
    expect([role, await outcome(as(role).sendMessage({ projectId: rig.projectId, text: "/help", key: newId() }))]).toEqual([role, said(mayChat)]);
    expect([role, await outcome(as(role).listConversations({ projectId: rig.projectId }))]).toEqual([role, said(mayChat)]);
    expect([role, await outcome(as(role).probeEndpoint({ endpoint: "none" }))]).toEqual([role, said(mayCheck, "endpoint_not_found")]);
    expect([role, await outcome(as(role).listEgress({}))]).toEqual([role, said(mayLook)]);
    expect([role, await outcome(as(role).getModels({}))]).toEqual([role, "done"]);
  }
});

it("tells the audit log in which conversation something was said, and nothing of what", async () => {
  const { rig, as, audited } = edge();
  const { conversationId } = await as("member").sendMessage({ projectId: rig.projectId, text: "/help", key: newId() });
  await rig.ended(conversationId);
  await as("member").renameConversation({ id: conversationId, title: "Private" });
  await outcome(as("auditor").deleteConversation({ id: conversationId }));
  expect(audited).toEqual([
    { action: "sendMessage", outcome: "success", target: { type: "conversation", id: conversationId } },
    { action: "renameConversation", outcome: "success", target: { type: "conversation", id: conversationId } },
    { action: "deleteConversation", outcome: "denied", errorCode: "permission_missing", target: { type: "conversation", id: conversationId } },
  ]);
});

it("keeps what other modules send in the one ledger, of each organization its own, and takes it from modules alone", async () => {
  const { rig, as } = edge();
  const note = { id: newId(), endpoint: "embeddings", host: "models.example", path: "/v1/embeddings", model: "themes", purpose: "index" as const, projectId: rig.projectId, requestBytes: 120, secrets: 1 };
  await rig.service.noteEgress(rig.caller, note);
  const before = { ...note, conversationId: null, responseBytes: 0, status: null, outcome: "open", tookMs: null, userId: actorOf(rig.caller) };
  expect((await as("auditor").listEgress({})).items).toMatchObject([before]);
  const end = { id: note.id, responseBytes: 300, status: 200, outcome: "done" as const, tookMs: 12 };
  const other = somebody();
  expect(await outcome(rig.service.endEgress(other, end))).toBe("not_found");
  expect((await rig.service.listEgress(other, { limit: 50 })).items).toEqual([]);
  await rig.service.endEgress(rig.caller, end);
  expect((await as("auditor").listEgress({})).items).toMatchObject([{ ...before, ...end }]);
});
