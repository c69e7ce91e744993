import { sampleModulePermissions } from "@coder/api/sample-module";
import { sampleModuleRef, sampleModuleRouter } from "@coder/api/sample-module/router";
import { createMemoryDatabase } from "@coder/db";
import type { OrganizationRole } from "@coder/shared";
import { createCallerFactory } from "@coder/shared/trpc";
import { fixedConfig, outcome, permissionsOf, somebody, testContext, type AuditedCall } from "@coder/testing";
import { expect, it } from "vitest";
import { SampleModuleService } from "./SampleModuleService.ts";

/** The module's router on a memory database, called at the edge by people of one organization. */
function edge() {
  const service = new SampleModuleService({ database: createMemoryDatabase(), config: fixedConfig({ maxNameLength: 10 }), now: () => new Date("2026-01-01T00:00:00.000Z") });
  const caller = somebody();
  const audited: AuditedCall[] = [];
  const as = (role: OrganizationRole) =>
    createCallerFactory(sampleModuleRouter)(testContext({ ref: sampleModuleRef, service, caller, audited, permissions: permissionsOf(sampleModulePermissions, role) }));
  return { as, audited };
}

it("lets each role do what the permissions say", async () => {
  const { as } = edge();
  const item = await as("owner").createItem({ name: "First" });
  for (const [role, mayWrite] of [["owner", true], ["admin", true], ["member", true], ["auditor", false]] as const) {
    expect([role, await outcome(as(role).listItems({})), await outcome(as(role).getItem({ id: item.id }))]).toEqual([role, "done", "done"]);
    expect([role, await outcome(as(role).createItem({ name: "Another" }))]).toEqual([role, mayWrite ? "done" : "permission_missing"]);
  }
  expect(await outcome(as("auditor").deleteItem({ id: item.id }))).toBe("permission_missing");
});

it("tells the audit log what was done to what, refusals too", async () => {
  const { as, audited } = edge();
  const { id } = await as("member").createItem({ name: "First" });
  await outcome(as("auditor").deleteItem({ id }));
  await as("member").deleteItem({ id });
  expect(audited).toEqual([
    { action: "createItem", outcome: "success", target: { type: "item", id }, details: { name: "First" } },
    { action: "deleteItem", outcome: "denied", errorCode: "permission_missing", target: { type: "item", id } },
    { action: "deleteItem", outcome: "success", target: { type: "item", id }, details: { name: "First" } },
  ]);
});
