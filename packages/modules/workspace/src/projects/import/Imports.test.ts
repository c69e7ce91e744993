import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { GitRefSchema, GitUrlSchema, type Project } from "@coder/api/workspace";
import { AppError } from "@coder/shared";
import type { ILogger } from "@coder/shared/trpc";
import { outcome, somebody } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tarGzOf, tarOf, zipOf } from "../__fixtures__/archives.ts";
import { chunked, collect, CONFIG, hashTree, ImportRig, listTree, MIB, plant } from "../__fixtures__/import-rig.ts";

let rig: ImportRig;
beforeEach(async () => {
  rig = await ImportRig.open();
});
afterEach(() => rig.close());

const archive = tarGzOf([{ name: "demo/a.txt", content: "text" }, { name: "demo/b/run.sh", content: "#!/bin/sh\n", mode: 0o755 }]);
const stopped = (code: string) => new AppError("cancelled", code, "Stopped", { remedy: "None" });
const usage = async () => {
  const { projects, bytes, files } = await rig.parts.service.getUsage(rig.caller);
  return [projects.used, bytes.used, files.used];
};
/** What there is of a project, without the empty folders that every project has. */
const namesIn = async (project: Project) => [...(await listTree(rig.rootOf(project))).keys()].filter((name) => name !== "staging").sort();

const logOf = (say: ILogger["info"]): ILogger => {
  const log: ILogger = { debug: say, info: say, warn: say, error: say, child: () => log };
  return log;
};

/** Many files of some size: an import that takes its time. */
const large = () => tarOf(Array.from({ length: 300 }, (_, n) => ({ name: `d${n % 10}/f${n}`, content: randomBytes(20_000) })));

describe("an archive", () => {
  it("is a project in the status importing, then one that is ready", async () => {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "C:\\work\\demo.tar.gz" }, chunked(archive));
    expect(asked).toMatchObject({
      name: "demo", status: "importing", source: { kind: "archive", fileName: "demo.tar.gz" }, job: { id: expect.any(String), name: "workspace.project.import" },
      problem: null, fileCount: 0, sizeBytes: 0, createdBy: rig.caller.userId, deletedAt: null,
    });
    expect(rig.database.outbox.items).toMatchObject([{ message: { kind: "job", name: "workspace.project.import", id: asked.job?.id, payload: { projectId: asked.id } } }]);
    expect(await usage()).toEqual([1, archive.length, 0]);
    const ready = await rig.finish(asked);
    expect(ready).toMatchObject({ id: asked.id, status: "ready", job: null, problem: null, fileCount: 2, sizeBytes: 14 });
    expect(await namesIn(ready)).toEqual(["tree", "tree/a.txt", "tree/b", "tree/b/run.sh"]);
    expect(await usage()).toEqual([1, 14, 2]);
    expect(rig.database.outbox.items.map(({ message }) => message.name)).toContain("workspace.project.imported");
  });

  it("is named by the person, or by its file as far as that is a name", async () => {
    const nameOf = async (fileName: string, name?: string) =>
      (await rig.parts.service.importArchive(rig.caller, { fileName, ...(name === undefined ? {} : { name }) }, chunked(archive))).name;
    expect(await nameOf("demo.zip", "My project")).toBe("My project");
    expect(await nameOf("my-app-1.2.3.tgz")).toBe("my-app-1.2.3");
    expect(await nameOf("../../x/.tar")).toBe("Imported project");
    expect(await nameOf("a\u202eb.zip")).toBe("Imported project");
    expect(await nameOf(`${"x".repeat(300)}.zip`)).toBe("x".repeat(100));
  });

  it("is refused when it is too large, leaving nothing", async () => {
    await rig.close();
    rig = await ImportRig.open({ config: { ...CONFIG, import: { ...CONFIG.import, maxArchiveBytes: 1_000 } } });
    await expect(rig.importBytes("a.zip", Buffer.alloc(1_001, "PK\u0003\u0004"))).rejects.toMatchObject({ kind: "too_large", code: "archive_too_large", details: { limit: 1_000 } });
    expect(await usage()).toEqual([0, 0, 0]);
    expect(await readdir(path.join(rig.directory, "data/workspaces", rig.caller.organizationId ?? ""))).toEqual([]);
  });

  it("leaves nothing when the upload breaks off", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield archive.subarray(0, 50);
      throw stopped("client_gone");
    }
    expect(await outcome(rig.parts.service.importArchive(rig.caller, { fileName: "a.zip" }, broken()))).toBe("client_gone");
    expect(await usage()).toEqual([0, 0, 0]);
    expect((await rig.parts.service.listProjects(rig.caller, { limit: 10 })).items).toEqual([]);
  });
});

describe("quotas", () => {
  const open = async (quota: Partial<typeof CONFIG.quota>) => {
    await rig.close();
    rig = await ImportRig.open({ config: { ...CONFIG, quota: { ...CONFIG.quota, ...quota } } });
  };

  it("stop before an upload, before an archive is kept, and before anything is unpacked", async () => {
    await open({ projects: 1 });
    await rig.importBytes("a.tar.gz", archive);
    await expect(rig.importBytes("b.tar.gz", archive)).rejects.toMatchObject({ code: "quota_exceeded", details: { quota: "projects", limit: 1 } });
    await open({ bytes: archive.length - 1 });
    await expect(rig.importBytes("a.tar.gz", archive)).rejects.toMatchObject({ code: "quota_exceeded", details: { quota: "bytes" } });
    expect(await usage()).toEqual([0, 0, 0]);
    await open({ bytes: archive.length + 13 });
    const tooMuch = await rig.importBytes("a.tar.gz", archive);
    expect([tooMuch.status, tooMuch.problem?.code]).toEqual(["failed", "quota_exceeded"]);
    expect(await namesIn(tooMuch)).toEqual(["staging/source"]);
    expect(await usage()).toEqual([1, archive.length, 0]);
    await open({ files: 1 });
    const tooMany = await rig.importBytes("a.tar.gz", archive);
    expect([tooMany.status, tooMany.problem?.code]).toEqual(["failed", "quota_exceeded"]);
    expect(await usage()).toEqual([1, archive.length, 0]);
  });

  it("cannot be exceeded by imports of the same moment", async () => {
    await open({ projects: 3 });
    const ends = await Promise.all(Array.from({ length: 8 }, () => outcome(rig.parts.service.importArchive(rig.caller, { fileName: "a.zip" }, chunked(archive)))));
    expect(ends.toSorted()).toEqual(["done", "done", "done", ...Array.from({ length: 5 }, () => "quota_exceeded")]);
    expect((await usage())[0]).toBe(3);
  });
});

describe("an import that is stopped", () => {
  /** Begins an import and stops it when it has said this. */
  async function stopAt(message: string, code: string): Promise<{ readonly project: Project; readonly tookMs: number }> {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "large.tar" }, chunked(large()));
    const stop = new AbortController();
    let at = 0;
    const say = (_fields: object, said: string): void => {
      if (!said.startsWith(message)) return;
      at = performance.now();
      setImmediate(() => stop.abort(stopped(code)));
    };
    await expect(rig.runImport(asked, rig.caller, { signal: stop.signal, log: logOf(say) })).rejects.toMatchObject({ code });
    return { project: await rig.parts.service.getProject(rig.caller, { id: asked.id }), tookMs: performance.now() - at };
  }

  it("by a person ends soon, says so, and what it wrote is removed", async () => {
    const { project, tookMs } = await stopAt("Checked", "job_cancelled");
    expect(tookMs).toBeLessThan(20_000);
    expect(project).toMatchObject({ status: "failed", job: null, problem: { code: "import_cancelled" } });
    await rig.runLeftJobs();
    expect(await namesIn(project)).toEqual(["staging/source"]);
    expect((await usage())[2]).toBe(0);
  });

  it.each(["worker_draining", "job_lost"])("by its worker (%s) goes on from the beginning with the next one", async (code) => {
    const { project } = await stopAt("Checked", code);
    expect(project.status).toBe("importing");
    const ready = await rig.finish(project);
    expect(ready).toMatchObject({ status: "ready", fileCount: 300 });
    expect((await namesIn(ready)).filter((name) => !name.startsWith("tree"))).toEqual([]);
    expect(await usage()).toEqual([1, 300 * 20_000, 300]);
  });

  it("by a kill at any moment leaves nothing: the next run removes what it finds", async () => {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "demo.tar.gz" }, chunked(archive));
    const { tree, staging } = rig.parts.directories.of(asked);
    await plant(tree, { "half/of/it": "x" });
    await plant(staging, { "run-1/half": "x", "export-1": "x" });
    const ready = await rig.finish(asked);
    expect(await namesIn(ready)).toEqual(["tree", "tree/a.txt", "tree/b", "tree/b/run.sh"]);
  });

  it("can be started again, as often as its archive is kept", async () => {
    const { project } = await stopAt("Checked", "job_cancelled");
    const again = await rig.parts.service.retryImport(rig.caller, { id: project.id });
    expect(again).toMatchObject({ status: "importing", problem: null });
    expect(again.job?.id).not.toBe(project.job?.id);
    // The job before is not the one that is waited for any more.
    await rig.runImport({ ...again, job: { id: project.id, name: "workspace.project.import" } });
    expect((await rig.parts.service.getProject(rig.caller, again)).status).toBe("importing");
    expect(await rig.finish(again)).toMatchObject({ status: "ready", fileCount: 300 });
    expect(await outcome(rig.parts.service.retryImport(rig.caller, { id: project.id }))).toBe("import_not_failed");
  });

  it.each([1, 2])("can be started again while what it left is being removed (look %i at the project)", async (look) => {
    const { project } = await stopAt("Checked", "job_cancelled");
    const { staging } = rig.parts.directories.of(project);
    const rows = rig.parts.access.rows(rig.caller);
    let looks = 0;
    const get: typeof rows.get = async (id) => {
      const found = await rows.get(id);
      looks += 1;
      if (looks !== look) return found;
      await rig.parts.service.retryImport(rig.caller, { id: project.id });
      await plant(staging, { "run-new/half": "x" });
      return found;
    };
    vi.spyOn(rig.parts.access, "rows").mockReturnValueOnce({ ...rows, get });
    await rig.runLeftJobs();
    expect([looks >= look, (await namesIn(project)).filter((name) => name.includes("new/"))]).toEqual([true, ["staging/run-new/half"]]);
  });

  it("cannot be started again without its archive", async () => {
    const { project } = await stopAt("Checked", "job_cancelled");
    await rm(rig.parts.directories.of(project).staging, { recursive: true });
    expect(await outcome(rig.parts.service.retryImport(rig.caller, { id: project.id }))).toBe("source_gone");
  });

  it("is taken over by its own job when that is started again from the list of jobs", async () => {
    const { project } = await stopAt("Checked", "job_cancelled");
    expect(await rig.finish(project)).toMatchObject({ status: "ready", fileCount: 300 });
  });

  it("because its project was deleted stays deleted, and leaves nothing but the archive", async () => {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "large.tar" }, chunked(large()));
    const stop = new AbortController();
    const deleted = Promise.withResolvers<void>();
    const say = (_fields: object, said: string): void => {
      if (!said.startsWith("Checked")) return;
      rig.parts.service.deleteProject(rig.caller, { id: asked.id }).then(() => stop.abort(stopped("job_cancelled"))).then(deleted.resolve, deleted.reject);
    };
    await expect(rig.runImport(asked, rig.caller, { signal: stop.signal, log: logOf(say) })).rejects.toMatchObject({ code: "job_cancelled" });
    await deleted.promise;
    expect(rig.cancelled).toEqual([asked.job?.id]);
    await rig.runLeftJobs();
    expect(await namesIn(asked)).toEqual(["staging/source"]);
    expect(await rig.parts.service.getProject(rig.caller, asked)).toMatchObject({ status: "deleted", job: null });
    expect(await rig.parts.service.restoreProject(rig.caller, asked)).toMatchObject({ status: "failed", problem: { code: "import_cancelled" } });
  });

  it("before it began is a failed import when its project is restored", async () => {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "demo.tar.gz" }, chunked(archive));
    await rig.parts.service.deleteProject(rig.caller, asked);
    expect(await rig.parts.service.restoreProject(rig.caller, asked)).toMatchObject({ status: "failed", job: null, problem: { code: "import_cancelled" } });
    expect(await rig.finish(await rig.parts.service.retryImport(rig.caller, asked))).toMatchObject({ status: "ready", fileCount: 2 });
  });

  it("does not bring a project back that was purged meanwhile, however late the job comes", async () => {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "demo.tar.gz" }, chunked(archive));
    await rig.parts.service.deleteProject(rig.caller, { id: asked.id });
    await rig.parts.service.purgeProject(rig.caller, { id: asked.id });
    await rig.runLeftJobs();
    await rig.runImport(asked);
    expect(await outcome(rig.parts.service.getProject(rig.caller, asked))).toBe("project_not_found");
    expect(await readdir(path.dirname(rig.rootOf(asked)))).toEqual([]);
    expect(await usage()).toEqual([0, 0, 0]);
  });
});

describe("a job that ends without its project hearing of it", () => {
  const settled = async (state: "cancelled" | "failed" | "completed" | "running" | null, afterMs: number) => {
    await rig.close();
    rig = await ImportRig.open({ job: async () => (state === null ? null : ({ state } as never)) });
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "demo.tar.gz" }, chunked(archive));
    rig.pass(afterMs);
    const count = await rig.parts.settlement.settle(new AbortController().signal);
    await rig.runLeftJobs();
    const { status, problem } = await rig.parts.service.getProject(rig.caller, asked);
    return [count, status, problem?.code];
  };

  it("is found", async () => {
    expect(await settled("cancelled", 20_000)).toEqual([1, "failed", "import_cancelled"]);
    expect(await settled("failed", 20_000)).toEqual([1, "failed", "import_interrupted"]);
    expect(await settled("completed", 20_000)).toEqual([1, "failed", "import_interrupted"]);
    expect(await settled(null, 3_700_000)).toEqual([1, "failed", "import_interrupted"]);
  });

  it("is waited for while it may still come", async () => {
    expect(await settled("running", 20_000)).toEqual([0, "importing", undefined]);
    expect(await settled(null, 20_000)).toEqual([0, "importing", undefined]);
    expect(await settled("failed", 1_000)).toEqual([0, "importing", undefined]);
  });
});

describe("a folder of the server", () => {
  let roots: string;
  const openWith = async () => {
    await rig.close();
    const base = await ImportRig.open();
    roots = path.join(base.directory, "srv");
    await base.close();
    await plant(roots, { "app/a.txt": "text", "app/run*": "#!/bin/sh\n", "app/here": "-> a.txt", "app/deep/up": "-> ../a.txt", "other/secret": "x", "app/link-out": "-> a.txt" });
    rig = await ImportRig.open({ config: { ...CONFIG, import: { ...CONFIG.import, folderRoots: [path.join(roots, "app"), path.join(roots, "missing")] } } });
  };
  beforeEach(openWith);
  afterEach(() => rm(roots, { recursive: true, force: true }));

  it("is copied as it is, and stays as it was", async () => {
    const before = await hashTree(path.join(roots, "app"));
    const factsOf = async (name: string) => {
      const { mode, uid, gid, mtimeMs, ctimeMs } = await stat(path.join(roots, name));
      return { mode, uid, gid, mtimeMs, ctimeMs };
    };
    const facts = () => Promise.all(["app", "app/a.txt", "app/run", "app/deep"].map(factsOf));
    const then = await facts();
    const asked = await rig.parts.service.importFolder(rig.caller, { path: path.join(roots, "app") });
    expect(asked).toMatchObject({ name: "app", status: "importing", source: { kind: "folder", path: path.join(roots, "app") }, job: { name: "workspace.folder.import" } });
    const steps: number[] = [];
    const ready = await rig.finish(asked, rig.caller, { onProgress: (done) => steps.push(done) });
    expect(ready).toMatchObject({ status: "ready", fileCount: 5, sizeBytes: 14 });
    expect(await hashTree(rig.treeOf(ready))).toBe(before);
    // Its bytes, and what comes after the last of them.
    expect(steps.at(-1)).toBe(14 + 2);
    expect(await facts()).toEqual(then);
  });

  it("is nothing outside the roots, through no link, and never the product's own data", async () => {
    await plant(roots, { "app/deep/out": `-> ${roots}/other` });
    await mkdir(path.join(rig.directory, "data"), { recursive: true });
    for (const folder of [path.join(roots, "other"), roots, "/", "/etc", path.join(roots, "app/deep/out"), path.join(roots, "app/../other"), path.join(roots, "app/missing"), path.join(roots, "app/a.txt"), path.join(roots, "application")]) {
      expect([folder, await outcome(rig.parts.service.importFolder(rig.caller, { path: folder }))]).toEqual([folder, "folder_not_allowed"]);
    }
    await rig.close();
    rig = await ImportRig.open({ config: { ...CONFIG, import: { ...CONFIG.import, folderRoots: ["/"] } } });
    await mkdir(path.join(rig.directory, "data/workspaces/x"), { recursive: true });
    for (const folder of ["/", rig.directory, path.join(rig.directory, "data"), path.join(rig.directory, "data/workspaces/x")]) {
      expect(await outcome(rig.parts.service.importFolder(rig.caller, { path: folder }))).toBe("folder_not_allowed");
    }
    expect(await outcome(rig.parts.service.importFolder(rig.caller, { path: path.join(roots, "other") }))).toBe("done");
  });

  it("keeps the one folder that holds everything, which an archive would not", async () => {
    await plant(roots, { "app/only/src/index.ts": "export {};" });
    const project = await rig.finish(await rig.parts.service.importFolder(rig.caller, { path: path.join(roots, "app/only") }));
    expect([...(await listTree(rig.treeOf(project))).keys()].sort()).toEqual(["src", "src/index.ts"]);
  });

  it("with a link out of it is refused before anything is written", async () => {
    await plant(roots, { "app/deep/out": "-> ../../other/secret" });
    const project = await rig.finish(await rig.parts.service.importFolder(rig.caller, { path: path.join(roots, "app") }));
    expect([project.status, project.problem?.code]).toEqual(["failed", "import_link_escapes"]);
    expect(await namesIn(project)).toEqual([]);
    await rm(path.join(roots, "app/deep/out"));
    expect(await rig.finish(await rig.parts.service.retryImport(rig.caller, project))).toMatchObject({ status: "ready" });
  });

  it("that grows, shrinks and changes while it is copied is taken as it was counted, or less", async () => {
    await plant(roots, { "app/grows": "12345", "app/shrinks": "12345" });
    const asked = await rig.parts.service.importFolder(rig.caller, { path: path.join(roots, "app") });
    // At the moment between the two passes.
    const change = (_fields: object, said: string): void => {
      if (!said.startsWith("Checked")) return;
      writeFileSync(path.join(roots, "app/grows"), "123456789");
      writeFileSync(path.join(roots, "app/shrinks"), "1");
      writeFileSync(path.join(roots, "app/new"), "new");
      rmSync(path.join(roots, "app/here"));
      symlinkSync(path.join(roots, "other/secret"), path.join(roots, "app/here"));
    };
    const ready = await rig.finish(asked, rig.caller, { log: logOf(change) });
    expect(ready.status).toBe("ready");
    const tree = await listTree(rig.treeOf(ready));
    expect(await readFile(path.join(rig.treeOf(ready), "grows"), "utf8")).toBe("12345");
    expect(await readFile(path.join(rig.treeOf(ready), "shrinks"), "utf8")).toBe("1");
    expect([tree.get("here"), tree.has("new")]).toEqual(["link a.txt", false]);
  });

  it("passes over sockets and pipes, and says so in the job's log", async () => {
    await promisify(execFile)("mkfifo", [path.join(roots, "app/pipe")]);
    const said: string[] = [];
    const ready = await rig.finish(await rig.parts.service.importFolder(rig.caller, { path: path.join(roots, "app") }), rig.caller, { log: logOf((_fields, text) => said.push(text)) });
    expect(ready).toMatchObject({ status: "ready", fileCount: 5 });
    expect(said).toContain("Passed over pipe: neither file, folder nor link");
  });

  it("is chosen from a list that goes down from the roots and no higher", async () => {
    const { service } = rig.parts;
    const app = path.join(roots, "app");
    expect(await service.listImportFolders(rig.caller, {})).toEqual({ path: null, parent: null, folders: [{ name: app, path: app }], limited: false });
    expect(await service.listImportFolders(rig.caller, { path: app })).toEqual({ path: app, parent: null, folders: [{ name: "deep", path: path.join(app, "deep") }], limited: false });
    expect(await service.listImportFolders(rig.caller, { path: path.join(app, "deep") })).toEqual({ path: path.join(app, "deep"), parent: app, folders: [], limited: false });
    expect(await outcome(service.listImportFolders(rig.caller, { path: roots }))).toBe("folder_not_allowed");
  });
});

describe("names of every odd byte", () => {
  // Everything a name can hold, at the beginning and in the middle, as a folder and as a file.
  const oddNames = Array.from({ length: 255 }, (_, index) => index + 1).filter((byte) => byte !== 0x2f).flatMap((byte) => {
    const names = [Buffer.from([0x78, byte, 0x79]), Buffer.from([byte, byte])];
    return names.filter((name) => !name.equals(Buffer.from("..")));
  });

  it("come in from a folder, go out as a tar.gz, and come in again, the same", async () => {
    const folder = path.join(rig.directory, "odd");
    for (const name of oddNames) {
      await mkdir(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true });
      await writeFile(Buffer.concat([Buffer.from(`${folder}/`), name, Buffer.from("/"), name]), name);
    }
    const odd = { ...CONFIG, import: { ...CONFIG.import, folderRoots: [rig.directory], maxEntries: 5_000 } };
    const second = await ImportRig.open({ config: odd });
    try {
      const project = await second.finish(await second.parts.service.importFolder(second.caller, { path: folder }));
      expect([project.status, project.problem]).toEqual(["ready", null]);
      const hash = await hashTree(folder);
      expect(await hashTree(second.treeOf(project))).toBe(hash);
      const { body } = await second.parts.service.exportArchive(second.caller, { projectId: project.id, format: "tar.gz" }, new AbortController().signal);
      const again = await second.importBytes("odd.tar.gz", await collect(body));
      expect([again.status, again.problem]).toEqual(["ready", null]);
      expect(await hashTree(second.treeOf(again))).toBe(hash);
      const zip = await second.parts.service.exportArchive(second.caller, { projectId: project.id, format: "zip" }, new AbortController().signal);
      expect(await second.importBytes("odd.zip", await collect(zip.body))).toMatchObject({ status: "ready", fileCount: oddNames.length });
    } finally {
      await second.close();
    }
  });
});

describe("a git repository", () => {
  it("is cloned with what is left of the quota, and counted", async () => {
    const asked: object[] = [];
    await rig.close();
    rig = await ImportRig.open({
      cloner: {
        clone: async ({ target, signal: _signal, onProgress, ...request }) => {
          asked.push(request);
          for (const step of [{ phase: "counting", done: 7, total: 0 }, { phase: "receiving", done: 1, total: 2 }, { phase: "counting", done: 1, total: 9 }, { phase: "writing", done: 3, total: 3 }] as const) onProgress(step);
          await plant(target, { "README.md": "hello", ".git/config": "[core]" });
        },
      },
    });
    const project = await rig.parts.service.importGit(rig.caller, { url: "https://example.org/group/my%20repo.git/", ref: "main" });
    expect(project).toMatchObject({ name: "my repo", status: "importing", source: { kind: "git", url: "https://example.org/group/my%20repo.git/", ref: "main" } });
    const steps: string[] = [];
    expect(await rig.finish(project, rig.caller, { onProgress: (done, total) => steps.push(`${done}/${total}`) })).toMatchObject({ status: "ready", fileCount: 2, sizeBytes: 11 });
    expect(steps).toEqual(["0/110", "40/110", "40/110", "100/110", "110/110"]);
    expect(asked).toEqual([{ url: "https://example.org/group/my%20repo.git/", ref: "main", maxBytes: CONFIG.import.maxUnpackedBytes }]);
    expect(await usage()).toEqual([1, 11, 2]);
  });

  it("that cannot be had says why", async () => {
    await rig.close();
    rig = await ImportRig.open({ cloner: { clone: () => Promise.reject(new AppError("unavailable", "git_failed", "repository not found", { remedy: "Check the address." })) } });
    const failed = await rig.finish(await rig.parts.service.importGit(rig.caller, { url: "https://example.org/x" }));
    expect(failed).toMatchObject({ status: "failed", problem: { code: "git_failed", message: "repository not found", remedy: "Check the address." } });
    expect(await usage()).toEqual([1, 0, 0]);
  });

  it.each([
    ["https://example.org/a/b.git", true], ["http://example.org/a", false], ["ssh://example.org/a", false], ["git@example.org:a/b", false], ["file:///etc", false],
    ["https://user:secret@example.org/a", false], ["https://example.org/a b", false], ["--upload-pack=x", false], ["ext::sh -c id", false],
  ])("address %s: %s", (url, allowed) => expect(GitUrlSchema.safeParse(url).success).toBe(allowed));

  it.each([
    ["main", true], ["feature/x-1", true], ["v1.2.3", true], ["0123456789abcdef0123456789abcdef01234567", true], ["-x", false], ["--upload-pack=x", false], ["a..b", false], ["a b", false],
    ["a~1", false], ["a^{}", false], ["a:b", false], ["a.lock", false], ["a/", false], ["/a", false], ["a//b", false], ["a\\b", false], ["a@{1}", false], ["", false], [".a", false], ["a/.b", false],
  ])("ref %j: %s", (ref, allowed) => expect(GitRefSchema.safeParse(ref).success).toBe(allowed));
});

it("keeps organizations apart", async () => {
  const other = somebody();
  const project = await rig.importBytes("demo.tar.gz", archive);
  const { service } = rig.parts;
  expect(await outcome(service.getProject(other, project))).toBe("project_not_found");
  expect(await outcome(service.retryImport(other, project))).toBe("project_not_found");
  expect(await outcome(service.exportArchive(other, { projectId: project.id, format: "zip" }, new AbortController().signal))).toBe("project_not_found");
  await rig.runImport({ ...project, job: { id: project.id, name: "workspace.project.import" } }, other);
  expect((await service.getUsage(other)).projects.used).toBe(0);
  const zip = await rig.importBytes("demo.zip", zipOf([{ name: "x", content: randomBytes(MIB) }]), other);
  expect(zip.status).toBe("ready");
  expect((await service.getUsage(rig.caller)).bytes.used).toBe(14);
});

it("is refused before anything is taken in while the organization has too many open jobs", async () => {
  const full = new AppError("conflict", "job_quota_exceeded", "Too many.", { remedy: "Wait" });
  let isFull = true;
  const own = await ImportRig.open({ admitJob: async () => (isFull ? Promise.reject(full) : undefined) });
  try {
    const { service } = own.parts;
    let read = 0;
    const body = (async function* () {
      read += 1;
      yield archive;
    })();
    expect(await outcome(service.importArchive(own.caller, { fileName: "demo.tar.gz" }, body))).toBe("job_quota_exceeded");
    expect(await outcome(service.importGit(own.caller, { url: GitUrlSchema.parse("https://git.example.org/demo.git") }))).toBe("job_quota_exceeded");
    expect(read).toBe(0);
    expect((await service.getUsage(own.caller)).projects.used).toBe(0);
    isFull = false;
    expect(await service.importArchive(own.caller, { fileName: "demo.tar.gz" }, chunked(archive))).toMatchObject({ status: "importing" });
  } finally {
    await own.close();
  }
});
