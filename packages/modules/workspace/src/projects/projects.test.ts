import { mkdir, readdir, utimes } from "node:fs/promises";
import path from "node:path";
import { workspacePermissions, type Project } from "@coder/api/workspace";
import { workspaceRef, workspaceRouter } from "@coder/api/workspace/router";
import { systemCaller, type Caller, type OrganizationRole } from "@coder/shared";
import { createCallerFactory } from "@coder/shared/trpc";
import { fixedConfig, outcome, permissionsOf, somebody, testContext, type AuditedCall } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectEntity } from "../entities.ts";
import { tarGzOf } from "./__fixtures__/archives.ts";
import { CONFIG, ImportRig, listTree, plant } from "./__fixtures__/import-rig.ts";
import { Retention } from "./Retention.ts";
import { Quota } from "./Quota.ts";

let rig: ImportRig;
let audited: AuditedCall[];
beforeEach(async () => {
  rig = await ImportRig.open();
  audited = [];
});
afterEach(() => rig.close());

const signal = new AbortController().signal;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The router as somebody with this role calls it, or as the people who run the installation do. */
function as(role: OrganizationRole | "installation", caller: Caller = rig.caller) {
  return createCallerFactory(workspaceRouter)(testContext({ ref: workspaceRef, service: rig.parts.service, caller, audited, permissions: permissionsOf(workspacePermissions, role) }));
}

describe("at the edge", () => {
  it("each role does what the permissions say, and no more", async () => {
    const { id } = await as("owner").createProject({ name: "First" });
    const folder = { path: "/srv/x" };
    const ways: Readonly<Record<string, (role: OrganizationRole | "installation") => Promise<unknown>>> = {
      list: (role) => as(role).listProjects({}),
      get: (role) => as(role).getProject({ id }),
      create: (role) => as(role).createProject({ name: "Another" }),
      git: (role) => as(role).importGit({ url: "https://example.org/a" }),
      retry: (role) => as(role).retryImport({ id }),
      folder: (role) => as(role).importFolder(folder),
      folders: (role) => as(role).listImportFolders({}),
      rename: (role) => as(role).renameProject({ id, version: "0", name: "B" }),
      delete: (role) => as(role).deleteProject({ id }),
      restore: (role) => as(role).restoreProject({ id }),
      purge: (role) => as(role).purgeProject({ id }),
      usage: (role) => as(role).getUsage({}),
    };
    const allowed = async (role: OrganizationRole | "installation") => {
      const ends = await Promise.all(Object.entries(ways).map(async ([way, call]) => [way, await outcome(call(role))] as const));
      return ends.filter(([, end]) => end !== "permission_missing").map(([way]) => way);
    };
    const member = ["list", "get", "create", "git", "retry", "rename", "delete", "restore", "usage"];
    expect(await allowed("member")).toEqual(member);
    expect(await allowed("auditor")).toEqual(["list", "get"]);
    expect(await allowed("installation")).toEqual(["folder", "folders"]);
    for (const role of ["owner", "admin"] as const) expect((await allowed(role)).toSorted()).toEqual([...member, "purge"].toSorted());
  });

  it("what only modules may ask is not there", async () => {
    const { id } = await as("owner").createProject({ name: "First" });
    expect(await outcome(as("owner").listTree({ projectId: id }))).toBe("no_such_operation");
    expect(await outcome(as("owner").readFiles({ projectId: id, paths: ["a"] }))).toBe("no_such_operation");
  });

  it("another organization's project is not there, whatever is asked", async () => {
    const { id, version } = await as("owner").createProject({ name: "First" });
    const stranger = as("owner", somebody());
    for (const call of [
      stranger.getProject({ id }), stranger.renameProject({ id, version, name: "Mine" }), stranger.deleteProject({ id }), stranger.restoreProject({ id }), stranger.purgeProject({ id }), stranger.retryImport({ id }),
    ]) expect(await outcome(call)).toBe("project_not_found");
    expect((await stranger.listProjects({})).items).toEqual([]);
    expect(await as("owner").getProject({ id })).toMatchObject({ name: "First", status: "ready" });
  });

  it("tells the audit log what was done to which project", async () => {
    const { id } = await as("owner").createProject({ name: "First" });
    await as("owner").importGit({ url: "https://example.org/a.git", ref: "main" });
    await outcome(as("auditor").deleteProject({ id }));
    await as("member").deleteProject({ id });
    await as("admin").purgeProject({ id });
    expect(audited).toMatchObject([
      { action: "createProject", outcome: "success", target: { type: "project", id }, details: { name: "First" } },
      { action: "importGit", outcome: "success", details: { name: "a", source: { kind: "git", url: "https://example.org/a.git", ref: "main" } } },
      { action: "deleteProject", outcome: "denied", errorCode: "permission_missing", target: { type: "project", id } },
      { action: "deleteProject", outcome: "success", target: { type: "project", id } },
      { action: "purgeProject", outcome: "success", target: { type: "project", id }, details: { name: "First" } },
    ]);
  });

  it("refuses what is no name, address or path", async () => {
    for (const name of ["", "  ", "a\u202eb", "a\nb", "x".repeat(101)]) await expect(as("owner").createProject({ name })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    for (const folder of ["", "relative", "/a\0b"]) await expect(as("installation").importFolder({ path: folder })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("takes nobody without an organization", async () => {
    expect(await outcome(as("owner", { ...somebody(), organizationId: null }).createProject({ name: "First" }))).toBe("no_organization");
  });
});

describe("the list", () => {
  it("goes page by page, newest first, without what is in the trash", async () => {
    const { service } = rig.parts;
    const made: Project[] = [];
    for (const name of ["One", "Two", "Three"]) made.push(await service.createProject(rig.caller, { name }));
    const [one, two, three] = made;
    if (two) await service.deleteProject(rig.caller, two);
    const first = await service.listProjects(rig.caller, { limit: 1 });
    const second = await service.listProjects(rig.caller, { limit: 1, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items]).toEqual([three, one]);
    expect(second.nextCursor).toBeNull();
    expect((await service.listProjects(rig.caller, { limit: 10, status: "deleted" })).items).toMatchObject([{ id: two?.id }]);
    expect((await service.listProjects(rig.caller, { limit: 10, status: "importing" })).items).toEqual([]);
  });

  it("finds any part of a name, in any case and form", async () => {
    for (const name of ["My Caf\u00e9 App", "100% done", "a_b", "Other"]) await rig.parts.service.createProject(rig.caller, { name });
    const found = async (search: string) => (await rig.parts.service.listProjects(rig.caller, { limit: 10, search })).items.map(({ name }) => name);
    expect(await found("CAFE\u0301 a")).toEqual(["My Caf\u00e9 App"]);
    expect(await found("%")).toEqual(["100% done"]);
    expect(await found("_")).toEqual(["a_b"]);
    expect(await found("nothing")).toEqual([]);
    const [other] = (await rig.parts.service.listProjects(rig.caller, { limit: 1, search: "other" })).items;
    if (other) await rig.parts.service.renameProject(rig.caller, { id: other.id, version: other.version, name: "Renamed" });
    expect(await found("ther")).toEqual([]);
    expect(await found("name")).toEqual(["Renamed"]);
  });
});

describe("a project", () => {
  it("is ready with an empty tree when it is created", async () => {
    const project = await rig.parts.service.createProject(rig.caller, { name: "New" });
    expect(project).toMatchObject({ name: "New", status: "ready", source: { kind: "empty" }, job: null, problem: null, fileCount: 0, deletedAt: null, createdBy: rig.caller.userId });
    expect(Object.keys(project)).not.toContain("chargedBytes");
    expect(await readdir(rig.treeOf(project))).toEqual([]);
    expect((await rig.parts.service.getUsage(rig.caller)).projects).toEqual({ used: 1, limit: 20 });
  });

  it("leaves nothing behind when it cannot be made", async () => {
    await rig.close();
    rig = await ImportRig.open({ trees: { prepareTree: () => Promise.reject(new Error("no room")), adoptTree: async () => undefined } });
    await expect(rig.parts.service.createProject(rig.caller, { name: "New" })).rejects.toThrow("no room");
    expect((await rig.parts.service.getUsage(rig.caller)).projects.used).toBe(0);
    expect((await rig.parts.service.listProjects(rig.caller, { limit: 10 })).items).toEqual([]);
  });

  it("is renamed over the version that was read, and a count of its files is no change", async () => {
    const { service, access } = rig.parts;
    const project = await service.createProject(rig.caller, { name: "Old" });
    await access.rows(rig.caller).update(project.id, { fileCount: 7 });
    const renamed = await service.renameProject(rig.caller, { id: project.id, version: project.version, name: "New" });
    expect(renamed).toMatchObject({ name: "New", fileCount: 7 });
    expect(await outcome(service.renameProject(rig.caller, { id: project.id, version: project.version, name: "Newer" }))).toBe("version_conflict");
    expect(await outcome(service.renameProject(rig.caller, { id: project.id, version: renamed.version, name: "Newer" }))).toBe("done");
  });

  it("goes to the trash, comes back, and goes for good with everything that is known of it", async () => {
    const { service } = rig.parts;
    const project = await service.createProject(rig.caller, { name: "Mine" });
    await plant(rig.treeOf(project), { "a/b": "text" });
    expect(await outcome(service.restoreProject(rig.caller, project))).toBe("project_not_deleted");
    expect(await outcome(service.purgeProject(rig.caller, project))).toBe("project_not_deleted");
    const deleted = await service.deleteProject(rig.caller, project);
    expect(deleted).toMatchObject({ status: "deleted", deletedAt: expect.any(String) });
    expect(await service.deleteProject(rig.caller, project)).toEqual(deleted);
    expect(await service.restoreProject(rig.caller, project)).toMatchObject({ status: "ready", deletedAt: null });
    expect([...(await listTree(rig.treeOf(project))).keys()].toSorted()).toEqual(["a", "a/b"]);
    await service.deleteProject(rig.caller, project);
    expect(await service.purgeProject(rig.caller, project)).toMatchObject({ id: project.id, name: "Mine" });
    expect(await outcome(service.getProject(rig.caller, project))).toBe("project_not_found");
    await rig.runLeftJobs();
    expect(await readdir(path.dirname(rig.rootOf(project)))).toEqual([]);
    const told = rig.database.outbox.items.flatMap(({ message }) => (message.kind === "event" ? [message.name] : []));
    expect(told).toEqual(["workspace.project.imported", "workspace.project.deleted", "workspace.project.restored", "workspace.project.deleted", "workspace.project.purged"]);
    expect((await service.getUsage(rig.caller)).projects.used).toBe(0);
  });

  it("whatever lies in it, goes: closed folders, deep ones, odd names", async () => {
    const { service } = rig.parts;
    const project = await service.createProject(rig.caller, { name: "Mine" });
    await mkdir(Buffer.concat([Buffer.from(`${rig.treeOf(project)}/`), Buffer.from([0xff, 0x0a, 0x20])]));
    await mkdir(path.join(rig.treeOf(project), ...Array.from({ length: 1_000 }, () => "d")), { recursive: true });
    await mkdir(path.join(rig.treeOf(project), "closed"), { mode: 0o000 });
    await service.deleteProject(rig.caller, project);
    await service.purgeProject(rig.caller, project);
    await rig.runLeftJobs();
    expect(await readdir(path.dirname(rig.rootOf(project)))).toEqual([]);
  });
});

describe("retention", () => {
  const deletedFor = async (days: number, config = CONFIG) => {
    await rig.close();
    rig = await ImportRig.open({ config });
    const project = await rig.importBytes("a.tar.gz", tarGzOf([{ name: "a", content: "text" }]));
    await rig.parts.service.deleteProject(rig.caller, project);
    rig.pass(days * DAY_MS);
    return { project, purged: await rig.parts.retention.purgeExpired(signal) };
  };

  it("removes what was in the trash for its time, as a person would", async () => {
    const { project, purged } = await deletedFor(31);
    expect(purged).toBe(1);
    expect(await outcome(rig.parts.service.getProject(rig.caller, project))).toBe("project_not_found");
    expect(await rig.parts.service.getUsage(rig.caller)).toMatchObject({ projects: { used: 0 }, bytes: { used: 0 }, files: { used: 0 } });
    const [job] = rig.database.outbox.items.filter(({ message }) => message.name === "workspace.project.remove");
    expect(job?.caller).toMatchObject({ kind: "system", organizationId: rig.caller.organizationId });
    await rig.runLeftJobs();
    expect(await readdir(path.dirname(rig.rootOf(project)))).toEqual([]);
  });

  it("keeps it until then, and for ever where it is told so", async () => {
    expect((await deletedFor(29)).purged).toBe(0);
    expect((await deletedFor(3_000, { ...CONFIG, retention: { ...CONFIG.retention, deletedProjectDays: 0 } })).purged).toBe(0);
  });

  it("removes directories that belong to no project once they are old, and touches nothing else", async () => {
    const project = await rig.parts.service.createProject(rig.caller, { name: "Mine" });
    const organization = path.dirname(rig.rootOf(project));
    const [orphan, fresh, foreign] = ["01980000-0000-7000-8000-000000000001", "01980000-0000-7000-8000-000000000002", "notes"].map((name) => path.join(organization, name));
    for (const directory of [orphan, fresh, foreign]) await plant(directory ?? "", { "staging/x": "x" });
    const old = new Date(rig.now().getTime() - 2 * DAY_MS);
    for (const directory of [orphan, foreign, rig.rootOf(project)]) await utimes(directory ?? "", old, old);
    expect(await rig.parts.retention.removeOrphans(signal)).toBe(1);
    expect((await readdir(organization)).toSorted()).toEqual([project.id, path.basename(fresh ?? ""), "notes"].toSorted());
  });

  it("goes over all organizations, and stops when it is told to", async () => {
    const { database, parts } = rig;
    const callers = [somebody(), somebody()];
    for (const caller of callers) await parts.service.deleteProject(caller, await parts.service.createProject(caller, { name: "A" }));
    rig.pass(40 * DAY_MS);
    const config = fixedConfig(CONFIG);
    const now = () => rig.now();
    const retention = new Retention({ database, directories: parts.directories, quota: new Quota({ database, config, now }), config, now });
    await expect(retention.purgeExpired(AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    expect(await retention.purgeExpired(signal)).toBe(2);
  });

  it("keeps for each organization as long as that has it kept", async () => {
    const { database, parts } = rig;
    const [everybody, brief, forever] = [somebody(), somebody(), somebody()];
    const projects = await Promise.all([everybody, brief, forever].map(async (caller) => ({ caller, project: await parts.service.createProject(caller, { name: "A" }) })));
    for (const { caller, project } of projects) await parts.service.deleteProject(caller, project);
    const config = fixedConfig({ ...CONFIG, organizations: { [String(brief.organizationId)]: { deletedProjectDays: 2 }, [String(forever.organizationId)]: { deletedProjectDays: 0 } } });
    const now = () => rig.now();
    const retention = new Retention({ database, directories: parts.directories, quota: new Quota({ database, config, now }), config, now });
    const left = async () => (await database.system("retention").repository(projectEntity).query({})).items.map(({ organizationId }) => organizationId).toSorted();
    rig.pass(3 * DAY_MS);
    expect([await retention.purgeExpired(signal), await left()]).toEqual([1, [everybody.organizationId, forever.organizationId].toSorted()]);
    rig.pass(400 * DAY_MS);
    expect([await retention.purgeExpired(signal), await left()]).toEqual([1, [forever.organizationId]]);
  });
});

describe("what is counted", () => {
  it("follows the disk: what programs wrote, the trash, and what a crash left uncounted", async () => {
    const { parts, database, caller } = rig;
    const project = await parts.service.createProject(caller, { name: "Mine" });
    const other = await parts.service.createProject(caller, { name: "Other" });
    await plant(rig.treeOf(project), { "a/b": "12345", "c": "678", "l": "-> c" });
    await plant(parts.directories.of(project).trash, { "1/0": "trash" });
    await plant(rig.treeOf(other), { "uncounted": "x" });
    await parts.access.rows(caller).update(project.id, { filesChangedAt: rig.now().toISOString() });
    const quota = new Quota({ database, config: fixedConfig(CONFIG), now: () => rig.now() });
    await quota.reserve(caller, { bytes: 1_000_000, files: 3 });
    const steps: string[] = [];
    expect(await parts.usage.count(signal, async (done, total) => void steps.push(`${done}/${total}`))).toBe(1);
    expect(steps).toEqual(["1/2", "2/2"]);
    expect(await parts.service.getProject(caller, project)).toMatchObject({ fileCount: 3, sizeBytes: 8 });
    expect(await parts.service.getUsage(caller)).toMatchObject({ projects: { used: 2 }, files: { used: 4 }, bytes: { used: 13 } });
    expect(await parts.usage.count(signal, async () => undefined)).toBe(0);
    // What nobody noticed is found within a day.
    rig.pass(25 * 60 * 60 * 1_000);
    expect(await parts.usage.count(signal, async () => undefined)).toBe(2);
    expect(await parts.service.getProject(caller, other)).toMatchObject({ fileCount: 1, sizeBytes: 1 });
  });

  it("is all or nothing when it is reserved, and never less than nothing", async () => {
    const { database, caller } = rig;
    const quota = new Quota({ database, config: fixedConfig({ ...CONFIG, quota: { projects: 1, files: 10, bytes: 100 } }), now: () => rig.now() });
    await quota.reserve(caller, { projects: 1, files: 10, bytes: 40 });
    await expect(quota.reserve(caller, { bytes: 61 })).rejects.toMatchObject({ code: "quota_exceeded", details: { quota: "bytes", limit: 100 } });
    await expect(quota.reserve(caller, { files: 1, bytes: 10 })).rejects.toMatchObject({ details: { quota: "files" } });
    await quota.reserve(caller, { bytes: 60 });
    expect(await quota.usage(caller)).toEqual({ projects: { used: 1, limit: 1 }, files: { used: 10, limit: 10 }, bytes: { used: 100, limit: 100 }, retention: CONFIG.retention });
    await quota.reserve(caller, { bytes: -60, files: -1 });
    await quota.release(caller, { bytes: 1_000 });
    expect((await quota.usage(caller)).bytes.used).toBe(0);
    expect(await outcome(quota.reserve(caller, { bytes: 101 }))).toBe("quota_exceeded");
    expect(await outcome(quota.reserve(caller, { bytes: 100 }))).toBe("done");
  });

  it("is another where an organization has its own, and nobody else feels it", async () => {
    const { database, caller } = rig;
    const organizations = { [String(caller.organizationId)]: { bytes: 150, trashDays: 3 } };
    const quota = new Quota({ database, config: fixedConfig({ ...CONFIG, quota: { projects: 1, files: 10, bytes: 100 }, organizations }), now: () => rig.now() });
    const other = somebody();
    await quota.reserve(caller, { bytes: 150 });
    expect(await outcome(quota.reserve(caller, { bytes: 1 }))).toBe("quota_exceeded");
    expect(await outcome(quota.reserve(other, { bytes: 101 }))).toBe("quota_exceeded");
    expect(await quota.usage(caller)).toMatchObject({ projects: { limit: 1 }, bytes: { used: 150, limit: 150 }, retention: { ...CONFIG.retention, trashDays: 3 } });
    expect(await quota.usage(other)).toMatchObject({ bytes: { used: 0, limit: 100 }, retention: CONFIG.retention });
  });

  it("is kept by organization", async () => {
    const { parts, caller } = rig;
    const worker = systemCaller("test", caller.organizationId);
    await parts.service.createProject(worker, { name: "By the product" });
    expect((await parts.service.listProjects(caller, { limit: 10 })).items).toMatchObject([{ createdBy: null }]);
    expect((await parts.service.getUsage(somebody())).projects.used).toBe(0);
    expect(await rig.database.system("retention").repository(projectEntity).count({})).toBe(1);
  });
});
