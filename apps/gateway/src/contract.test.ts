import { randomUUID } from "node:crypto";
import { ChangePathSchema } from "@coder/api/execution";
import { ProjectPathSchema } from "@coder/api/workspace";
import { registry } from "@coder/modules";
import { AppErrorDataSchema, ORGANIZATION_ROLES, type PermissionCatalogue } from "@coder/shared";
import { inputSchemaOf, metaOf, type AnyModule } from "@coder/shared/server";
import { kernelPermissions, kernelRouter, type ProcedureMeta } from "@coder/shared/trpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { refusal, restDoor, typedDoor } from "./__fixtures__/doors.ts";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { freshAddress, Person } from "./__fixtures__/people.ts";

// What no document tells of itself: which operations it must have, that both doors are guarded alike, and that tenants are strangers.

const routers: Readonly<Record<string, AnyModule["router"]>> = {
  kernel: kernelRouter,
  ...Object.fromEntries(registry.map(({ name, router }) => [keyOf(name), router])),
};
const operations = Object.entries(routers).flatMap(([key, router]) => {
  const procedures: Readonly<Record<string, Parameters<typeof metaOf>[0]>> = router._def.procedures;
  return Object.entries(procedures).map(([name, procedure]) => ({ path: `${key}.${name}`, meta: required(metaOf(procedure)), live: procedure._def.type === "subscription", input: inputSchemaOf(procedure) }));
});
/** Bytes in and out: over REST alone. */
const transfers = registry.flatMap(({ name, transfers: own = {} }) => Object.entries(own).map(([transfer, { permission }]): [string, string] => [`${keyOf(name)}.${transfer}`, permission]));
const internal = operations.filter(({ meta }) => "audience" in meta);
const open = operations.filter(({ meta }) => !("audience" in meta));
const catalogue: PermissionCatalogue = Object.assign({}, kernelPermissions, ...registry.map((module) => module.permissions));

function keyOf(module: string): string {
  return module.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

function required(meta: ProcedureMeta | null): ProcedureMeta {
  if (!meta) throw new Error("A procedure says who may call it");
  return meta;
}

function permissionOf(meta: ProcedureMeta): string | null {
  return "permission" in meta ? meta.permission : null;
}

let installation: Installation;
let url: string;
/** Runs the installation; nobody else of these does. */
let owner: Person;
/** One person for each role of another organization. */
const byRole = new Map<string, Person>();

beforeAll(async () => {
  installation = await openInstallation();
  url = (await installation.host({ CODER_USER_MANAGEMENT__SIGN_UP: "open" })).url;
  owner = await new Person("Runner", url).signUp();
  const boss = await new Person("Boss", url).signUp();
  byRole.set("owner", boss);
  for (const role of ORGANIZATION_ROLES.filter((each) => each !== "owner")) byRole.set(role, await new Person(role, url).signUp({ invitationToken: await boss.invite(role) }));
}, 180_000);
afterAll(() => installation.close());

const ErrorSchema = z.object({ error: z.object({ data: z.object({ error: AppErrorDataSchema, traceId: z.string().min(1) }) }) });

/** A call over tRPC as a stranger to our client might make it: the status, and the error's own words. */
async function overTrpc(path: string, token: string | null, input: unknown = {}) {
  const response = await fetch(`${url}/api/trpc/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": freshAddress(), ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(input),
  });
  const { error } = ErrorSchema.parse(await response.json());
  expect(error.data.error.remedy).toMatch(/\w{3}/);
  return { path, status: response.status, code: error.data.error.code };
}

describe("the OpenAPI document", () => {
  it("has every operation that is for people, and none that is for modules", async () => {
    const response = await fetch(`${url}/api/v1/openapi.json`);
    const DocumentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string(), "x-permission": z.string().optional() }))) });
    const { paths } = DocumentSchema.parse(await response.json());
    const described = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(described.map(({ operationId, "x-permission": permission = null }) => [operationId, permission]).sort()).toEqual([...open.map(({ path, meta }) => [path, permissionOf(meta)]), ...transfers].sort());
    expect(internal.length).toBeGreaterThan(10);
  });
});

describe("operations for modules only", () => {
  it.each(internal.map(({ path }) => path))("%s is not there for people, not even for those who run the installation", async (path) => {
    for (const token of [null, owner.token]) expect(await overTrpc(path, token)).toEqual({ path, status: 404, code: "no_such_operation" });
    const [module = "", name = ""] = path.split(".");
    const base = registry.find((each) => each.name.replaceAll("-", "") === module.toLowerCase())?.apiBase[0];
    const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    for (const guess of [name, kebab]) {
      const response = await fetch(`${url}${base}/${guess}`, { method: "POST", headers: { authorization: `Bearer ${owner.token}`, "content-type": "application/json" }, body: "{}" });
      expect([404, 405]).toContain(response.status);
    }
    const call = await fetch(`${url}/internal/trpc/${path}`, { method: "POST", headers: { authorization: `Bearer ${owner.token}`, "content-type": "application/json" }, body: "{}" });
    expect([call.status, ErrorSchema.parse(await call.json()).error.data.error.code]).toEqual([401, "service_token_invalid"]);
  });
});

describe("who may, over tRPC as over REST", () => {
  // Live streams have no form but this one: the check of the document holds them to it.
  const guarded = open.flatMap(({ path, meta, live }) => {
    const permission = permissionOf(meta);
    return permission === null || live ? [] : [{ path, permission }];
  });

  it.each(guarded)("$path needs a session, and $permission", async ({ path, permission }) => {
    expect(await overTrpc(path, null)).toEqual({ path, status: 401, code: "not_signed_in" });
    expect(await overTrpc(path, "x".repeat(43))).toEqual({ path, status: 401, code: "session_invalid" });
    const definition = catalogue[permission];
    for (const [role, person] of byRole) {
      if (definition?.self || definition?.roles.some((each) => each === role)) continue;
      expect([role, await overTrpc(path, person.token)]).toEqual([role, { path, status: 403, code: "permission_missing" }]);
    }
  });
});

describe("ids of another tenant", () => {
  const ID_IN_PATH = /\{(id|\w+Id)\}/;
  /** All that these ask for by id are projects, or what lies in one. */
  const OF_PROJECTS = /^(?:(?:workspace|embeddings)\.|codeGeneration\.(?:describeTarget|readSentence|previewGeneration|startGeneration|listGenerations)$)/;
  /** What operations on a project ask for besides: good values, so that only the project can be what is not there. */
  const FIELDS: Readonly<Record<string, unknown>> = {
    path: "a.ts", paths: ["a.ts"], moves: [{ from: "a.ts", to: "b.ts" }], copies: [{ from: "a.ts", to: "b.ts" }], trashId: randomUUID(), query: "total", name: "Another", version: "1", from: "head",
    to: "worktree", layout: {}, baseHash: null, revision: 0, change: { text: "" }, sentence: "3 samples", generator: "test-data", input: { tables: [{ type: "Sample", rows: 3 }] },
  };
  function fieldsFor(input: z.ZodType | null): object {
    const shape = input instanceof z.ZodObject ? Object.keys(input.shape) : [];
    return Object.fromEntries(shape.filter((field) => field in FIELDS).map((field) => [field, FIELDS[field]]));
  }
  /** Operations that take the id of something that belongs to somebody, and what they must say about one that is not the caller's. */
  const FOREIGN: Readonly<Record<string, { readonly code: string; readonly more?: object }>> = {
    "auth.revokeSession": { code: "session_not_found" },
    "logging.getEntry": { code: "entry_not_found" },
    "userManagement.changeMemberRole": { code: "member_not_found", more: { role: "member" } },
    "userManagement.suspendMember": { code: "member_not_found" },
    "userManagement.reactivateMember": { code: "member_not_found" },
    "userManagement.removeMember": { code: "member_not_found" },
    "userManagement.listMemberSessions": { code: "member_not_found" },
    "userManagement.revokeMemberSessions": { code: "member_not_found" },
    "userManagement.revokeInvitation": { code: "invitation_not_found" },
    "userManagement.explainPermission": { code: "member_not_found", more: { permission: "logging.entry.read" } },
    "auth.switchOrganization": { code: "organization_not_found" },
    ...Object.fromEntries(open.flatMap(({ path, meta, input }) => (OF_PROJECTS.test(path) && ID_IN_PATH.test(meta.openapi?.path ?? "") ? [[path, { code: "project_not_found", more: fieldsFor(input) }]] : []))),
  };
  /** Things of a project that are asked for by ids of their own: how the other tenant makes one, and what else must be said. */
  type Made = Readonly<Record<string, string>>;
  const inProject = async () => (await owner.api.workspace.createProject.mutate({ name: "Theirs" })).id;
  const makeChangeSet = async (): Promise<Made> => {
    const files = [{ path: ChangePathSchema.parse("a.ts"), kind: "create" as const, baseHash: null, content: "export const a = 1;\n" }];
    const { id, files: [file] } = await owner.api.execution.createChangeSet.mutate({ projectId: await inProject(), title: "Theirs", reason: "Theirs", key: randomUUID(), origin: { kind: "person", name: "Contract", version: "1" }, files });
    return { id, fileId: file?.id ?? "", version: file?.version ?? "" };
  };
  const makeCheckpoint = async (): Promise<Made> => ({ id: (await owner.api.execution.createCheckpoint.mutate({ projectId: await inProject(), reason: "Theirs" })).id });
  const makeRun = async (): Promise<Made> => {
    const projectId = await inProject();
    await owner.api.workspace.createFolder.mutate({ projectId, path: ProjectPathSchema.parse("run.sh") });
    return { id: (await owner.api.execution.startRun.mutate({ projectId, target: { kind: "file", path: ProjectPathSchema.parse("run.sh") } })).id };
  };
  const makeConversation = async (): Promise<Made> => {
    const { conversationId, messageId } = await owner.api.aiService.sendMessage.mutate({ projectId: await inProject(), text: "/help", key: randomUUID() });
    return { id: conversationId, conversationId, messageId };
  };
  const makeGeneration = async (): Promise<Made> => {
    const { generation } = await owner.api.codeGeneration.startGeneration.mutate({ projectId: await inProject(), generator: "test-data", input: { tables: [{ type: "Sample", rows: 3 }], format: "json", key: "1", locale: "en", edgeCases: false } });
    return { id: generation.id };
  };
  const MADE: readonly { readonly make: () => Promise<Made>; readonly code: string; readonly operations: Readonly<Record<string, (made: Made) => object>> }[] = [
    {
      make: makeChangeSet,
      code: "change_set_not_found",
      operations: {
        "execution.getChangeSet": () => ({}), "execution.getChangeFile": () => ({}), "execution.checkBases": () => ({}), "execution.validateChangeSet": () => ({}),
        "execution.applyChangeSet": () => ({}), "execution.undoChangeSet": () => ({}), "execution.discardChangeSet": () => ({}),
        "execution.decideChanges": ({ fileId, version }) => ({ decision: "accepted", targets: [{ fileId, version }] }),
        "execution.editProposal": () => ({ content: "" }),
        "execution.addComment": () => ({ side: "proposal", line: 1, text: "Why?" }),
        "execution.deleteComment": () => ({ commentId: randomUUID() }),
      },
    },
    { make: makeCheckpoint, code: "checkpoint_not_found", operations: { "execution.previewRestore": () => ({}), "execution.restoreCheckpoint": () => ({}), "execution.undoRestore": () => ({}) } },
    { make: makeRun, code: "run_not_found", operations: { "execution.getRun": () => ({}), "execution.cancelRun": () => ({}), "execution.readOutput": () => ({}) } },
    {
      make: makeConversation,
      code: "conversation_not_found",
      operations: {
        "aiService.getConversation": () => ({}), "aiService.renameConversation": () => ({ title: "Ours" }), "aiService.deleteConversation": () => ({}),
        "aiService.retryMessage": () => ({}), "aiService.stopMessage": () => ({}), "aiService.showBranch": () => ({}),
      },
    },
    { make: makeGeneration, code: "generation_not_found", operations: { "codeGeneration.getGeneration": () => ({}), "codeGeneration.cancelGeneration": () => ({}) } },
  ];
  const MADE_OPERATIONS = MADE.flatMap(({ make, code, operations }) => Object.entries(operations).map(([operation, more]) => ({ operation, make, code, more })));
  /** Ids in a route that belong to nobody in particular. */
  const NOBODYS = ["configurationService.rollBackChange"];
  /** A job is named by its queue, too, and is there once a worker runs: the module's own tests hold each operation to its tenant. */
  const OF_JOBS = /^dashboard\./;

  it("are asked for by no operation that this test does not know", () => {
    const withId = open.filter(({ meta }) => ID_IN_PATH.test(meta.openapi?.path ?? "")).map(({ path }) => path);
    const known = new Set([...Object.keys(FOREIGN), ...MADE_OPERATIONS.map(({ operation }) => operation), ...NOBODYS]);
    expect(withId.filter((path) => !known.has(path) && !OF_JOBS.test(path))).toEqual([]);
  });

  it.each(Object.entries(FOREIGN))("%s does not know them", async (operation, { code, more = {} }) => {
    const boss = byRole.get("owner");
    if (!boss) throw new Error("Every organization has an owner");
    const { userId, organizationId } = await owner.whereabouts();
    const [entry] = (await owner.api.logging.listEntries.query({ limit: 1 })).items;
    const { sessionId } = await owner.api.auth.currentSession.query({});
    const invitation = operation.endsWith("Invitation") ? await owner.api.userManagement.createInvitation.mutate({ role: "member" }) : null;
    const project = OF_PROJECTS.test(operation) ? await owner.api.workspace.createProject.mutate({ name: "Theirs" }) : null;
    const id = project?.id ?? { "auth.revokeSession": sessionId, "logging.getEntry": entry?.id, "userManagement.revokeInvitation": invitation?.id }[operation];
    const input = project ? { ...(/\{id\}/.test(open.find(({ path }) => path === operation)?.meta.openapi?.path ?? "") ? { id } : { projectId: id }), ...more } : { userId, organizationId, ...(id === undefined ? {} : { id }), ...more };
    expect(await overTrpc(operation, boss.token, input)).toEqual({ path: operation, status: 404, code });
    const response = await callRest(operation, boss, input);
    expect(response).toMatchObject(refusal(404, code));
    // Nothing happened to the one they belong to.
    expect(await owner.api.auth.currentSession.query({})).toMatchObject({ organization: { role: "owner" } });
    if (project) expect(await owner.api.workspace.getProject.query({ id: project.id })).toMatchObject({ status: "ready", name: "Theirs" });
    if (invitation) expect(await owner.api.userManagement.describeInvitation.query({ token: invitation.token })).toMatchObject({ role: "member" });
  });

  it.each(MADE_OPERATIONS)("$operation does not know them", async ({ operation, make, code, more }) => {
    const boss = byRole.get("owner");
    if (!boss) throw new Error("Every organization has an owner");
    const made = await make();
    const input = { ...made, ...more(made) };
    expect(await overTrpc(operation, boss.token, input)).toEqual({ path: operation, status: 404, code });
    expect(await callRest(operation, boss, input)).toMatchObject(refusal(404, code));
  });

  /** By name, as a program that reads the document would. */
  async function callRest(operation: string, person: Person, input: object): Promise<unknown> {
    const [module = "", name = ""] = operation.split(".");
    const api: unknown = Reflect.get(restDoor({ url, token: person.token, address: person.address }), module);
    const procedure: unknown = Reflect.get(Object(api), name);
    const send: unknown = Reflect.get(Object(procedure), "mutate");
    if (typeof send !== "function") throw new Error(`There is no ${operation}`);
    return Reflect.apply(send, undefined, [input]).catch((error: unknown) => error);
  }

  it("find nothing in lists", async () => {
    const boss = byRole.get("owner");
    const { userId } = await owner.whereabouts();
    expect(await boss?.api.logging.listEntries.query({ actorUserId: userId })).toEqual({ items: [], nextCursor: null });
    expect(await typedDoor({ url, token: boss?.token ?? null }).userManagement.listMembers.query({})).toMatchObject({ items: expect.not.arrayContaining([expect.objectContaining({ userId })]) });
  });
});
