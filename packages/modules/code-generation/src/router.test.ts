import { codeGenerationPermissions } from "@coder/api/code-generation";
import { codeGenerationRef, codeGenerationRouter } from "@coder/api/code-generation/router";
import type { OrganizationRole } from "@coder/shared";
import { createCallerFactory } from "@coder/shared/trpc";
import { outcome, permissionsOf, somebody, testContext, type AuditedCall } from "@coder/testing";
import { expect, it } from "vitest";
import { PROJECTS } from "./__fixtures__/projects.ts";
import { world } from "./__fixtures__/world.ts";

it("lets each role do what the permissions say, and tells the audit log what was started, without the form", async () => {
  const at = world();
  const caller = somebody();
  const audited: AuditedCall[] = [];
  const projectId = at.create(caller, PROJECTS["express-ts"]({ runner: "vitest", validation: "none" }));
  const as = (role: OrganizationRole) => createCallerFactory(codeGenerationRouter)(testContext({ ref: codeGenerationRef, service: at.service, caller, audited, permissions: permissionsOf(codeGenerationPermissions, role) }));
  const input = { projectId, generator: "http-endpoint", input: { method: "GET", path: "/api/books", action: "list", entity: "Book" } } as const;
  for (const [role, may] of [["owner", true], ["admin", true], ["member", true], ["auditor", false]] as const) {
    const wanted = may ? "done" : "permission_missing";
    expect([role, await outcome(as(role).describeTarget({ projectId })), await outcome(as(role).previewGeneration(input)), await outcome(as(role).startGeneration(input))]).toEqual([role, wanted, wanted, wanted]);
  }
  expect(audited[0]).toEqual({ action: "startGeneration", outcome: "success", target: { type: "project", id: projectId }, details: { generator: "http-endpoint" } });
  const { generation } = await as("member").startGeneration(input);
  await as("member").cancelGeneration({ id: generation.id });
  expect(audited.at(-1)).toEqual({ action: "cancelGeneration", outcome: "success", target: { type: "generation", id: generation.id } });
});
