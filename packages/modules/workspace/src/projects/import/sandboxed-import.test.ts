import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { createSandbox, SandboxedGit, type ISandbox } from "@coder/sandbox";
import { AppError } from "@coder/shared";
import { silentLogger } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tarGzOf } from "../__fixtures__/archives.ts";
import { collect, hashTree, ImportRig, listTree, plant } from "../__fixtures__/import-rig.ts";

const hasBubblewrap = spawnSync("bwrap", ["--version"]).status === 0;

/** Imports into trees as programs of the project will find them: another uid's, where the product runs as root. */
describe.skipIf(!hasBubblewrap)("with the sandbox", { timeout: 120_000 }, () => {
  let rig: ImportRig;
  let sandbox: ISandbox & { close(): Promise<void> };
  let server: Server;
  let host: string;
  let repository: string;
  let allowed: string[];
  let onAsked = (): void => undefined;

  beforeAll(async () => {
    const base = await ImportRig.open();
    sandbox = await createSandbox({ dataDirectory: path.join(base.directory, "data"), allowBareProcess: () => false, log: silentLogger });
    await base.close();
    const git = new SandboxedGit({ sandbox });
    rig = await ImportRig.open({ trees: sandbox, cloner: { clone: (request) => git.clone({ ...request, allowedPrivateHosts: allowed }) } });
    repository = path.join(rig.directory, "repository");
    await plant(repository, { "README.md": "# Demo\n", "src/run.sh*": "#!/bin/sh\n", "src/link": "-> run.sh", ".gitattributes": "*.md filter=evil\n" });
    await hostGit("init", "--quiet", "--initial-branch=main");
    await commit("First");
    await hostGit("tag", "v1");
    await writeFile(path.join(repository, "second.txt"), "second");
    await commit("Second");
    await hostGit("update-server-info");
    // Git's plain protocol: files.
    server = createServer((request, response) => {
      onAsked();
      const file = createReadStream(path.join(repository, path.posix.normalize(decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"))));
      file.on("error", () => response.writeHead(404).end());
      file.pipe(response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    allowed = [host];
  });
  afterAll(async () => {
    server?.close();
    await rig?.close();
    await sandbox?.close();
  });

  const hostGit = (...args: string[]) => promisify(execFile)("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", ...args], { cwd: repository });
  const commit = async (message: string) => {
    await hostGit("add", "--all");
    await hostGit("commit", "--quiet", "--message", message);
  };
  const importGit = async (url: string, ref?: string) => {
    // The edge takes https alone; what a host may be is the operator's word.
    const project = await rig.parts.service.importGit(rig.caller, { url, ...(ref === undefined ? {} : { ref }) });
    return rig.finish(project);
  };
  const script = async (tree: string, text: string) => {
    const { exitCode, stdout, stderr } = await sandbox.run({ command: "sh", args: ["-c", text], tree: { path: tree, access: "write" } });
    return [exitCode, stdout.toString().trim(), stderr.toString().trim()];
  };

  it("a repository comes with its history, at the branch or tag that was asked for", async () => {
    const project = await importGit(`http://${host}/.git`);
    expect([project.status, project.problem]).toEqual(["ready", null]);
    const tree = await listTree(rig.treeOf(project));
    expect([tree.get("second.txt")?.split(" ")[0], tree.get("src/run.sh")?.split(" ")[0], tree.get("src/link")]).toEqual(["file", "program", "link run.sh"]);
    expect(project.fileCount).toBe([...tree.values()].filter((what) => what !== "folder").length);
    expect(await script(rig.treeOf(project), "git log --format=%s && echo more >> README.md && git status --short")).toEqual([0, "Second\nFirst\n M README.md", ""]);
    const tagged = await importGit(`http://${host}/.git`, "v1");
    expect([...(await listTree(rig.treeOf(tagged))).keys()]).not.toContain("second.txt");
  });

  it("a repository that cannot be had fails with git's own words, and leaves nothing", async () => {
    const missing = await importGit(`http://${host}/nothing/.git`);
    expect(missing).toMatchObject({ status: "failed", problem: { code: "git_failed", message: expect.stringContaining("not found") } });
    expect(await importGit(`http://${host}/.git`, "nowhere")).toMatchObject({ status: "failed", problem: { code: "git_failed" } });
    const before = allowed;
    allowed = [];
    for (const url of [`http://${host}/.git`, "https://127.0.0.1/x.git", "https://localhost/x.git"]) expect(await importGit(url)).toMatchObject({ status: "failed", problem: { code: "clone_address_refused" } });
    allowed = before;
    expect([...(await listTree(rig.rootOf(missing))).keys()]).toEqual(["staging"]);
  });

  it("a clone that is stopped leaves nothing", async () => {
    const project = await rig.parts.service.importGit(rig.caller, { url: `http://${host}/.git` });
    const stop = new AbortController();
    const stopped = new AppError("cancelled", "job_cancelled", "Cancelled", { remedy: "None" });
    onAsked = () => stop.abort(stopped);
    await expect(rig.runImport(project, rig.caller, { signal: stop.signal })).rejects.toBe(stopped);
    onAsked = () => undefined;
    await rig.runLeftJobs();
    expect(await rig.parts.service.getProject(rig.caller, project)).toMatchObject({ status: "failed", problem: { code: "import_cancelled" } });
    expect([...(await listTree(rig.rootOf(project))).keys()]).toEqual(["staging"]);
  });

  it("what an archive brought can be changed by programs, counted, exported and removed", async () => {
    const odd = Buffer.from([0xff, 0x0a]);
    const project = await rig.importBytes("a.tar.gz", tarGzOf([{ name: "a.txt", content: "text" }, { name: "d/run", content: "#!/bin/sh\necho ran\n", mode: 0o755 }, { name: odd, content: "odd" }, { name: "l", type: "2", target: "d" }]));
    const tree = rig.treeOf(project);
    expect(await script(tree, "./d/run && echo more >> a.txt && mkdir made && echo new > made/file && chmod 700 made")).toEqual([0, "ran", ""]);
    if (process.getuid?.() === 0) expect((await stat(path.join(tree, "a.txt"))).uid).toBe((await stat(tree)).uid);
    await rig.parts.access.rows(rig.caller).update(project.id, { filesChangedAt: rig.now().toISOString() });
    await rig.parts.usage.count(new AbortController().signal, async () => undefined);
    expect(await rig.parts.service.getProject(rig.caller, project)).toMatchObject({ fileCount: 5 });
    const { body } = await rig.parts.service.exportArchive(rig.caller, { projectId: project.id, format: "tar.gz" }, new AbortController().signal);
    const again = await rig.importBytes("again", await collect(body));
    expect(await hashTree(rig.treeOf(again))).toBe(await hashTree(tree));
    expect(await readFile(path.join(rig.treeOf(again), "a.txt"), "utf8")).toBe("textmore\n");
    await rig.parts.service.deleteProject(rig.caller, project);
    await rig.parts.service.purgeProject(rig.caller, project);
    await rig.runLeftJobs();
    await expect(stat(rig.rootOf(project))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("an empty project is one that programs can write to", async () => {
    const project = await rig.parts.service.createProject(rig.caller, { name: "Empty" });
    expect(await script(rig.treeOf(project), "echo hello > a && cat a")).toEqual([0, "hello", ""]);
    await mkdir(path.join(rig.treeOf(project), "by-the-product"));
  });
});
