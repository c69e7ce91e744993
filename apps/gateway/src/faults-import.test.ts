import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { workspaceTransfers, ProjectSchema, type Project } from "@coder/api/workspace";
import { transferPath } from "@coder/shared";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { Person } from "./__fixtures__/people.ts";
import type { Program } from "./__fixtures__/program.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let installation: Installation;
let ann: Person;
let worker: Program;
beforeAll(async () => {
  installation = await openInstallation();
  const { url } = await installation.host();
  ann = await new Person("Ann", url).signUp();
  worker = await installation.program("worker");
});
afterAll(() => installation.close());

const FILES = 6_000;

/** A tar of many small files, so that unpacking it takes a while. */
function tarOf(files: number): Buffer {
  const blocks: Buffer[] = [];
  for (let n = 0; n < files; n += 1) {
    const header = Buffer.alloc(1_024, 0);
    header.write(`demo/d${n % 50}/file-${n}.txt`, 0, "latin1");
    header.write("0000644\u00000000000\u00000000000\u000000000000012\u000014000000000\0", 100, "latin1");
    header.write("        0", 148, "latin1");
    header.write("ustar\u000000", 257, "latin1");
    header.write(`${header.subarray(0, 512).reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    header.write(String(n).padStart(10, "0"), 512, "latin1");
    blocks.push(header);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}

function send(person: Person, address: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(address, person.url), { ...init, headers: { authorization: `Bearer ${person.token}`, "x-forwarded-for": person.address, ...Object.fromEntries(new Headers(init.headers)) } });
}

async function upload(person: Person, fileName: string, bytes: Buffer): Promise<Project> {
  const response = await send(person, transferPath(workspaceTransfers.importArchive, { fileName }), { method: "PUT", body: new Uint8Array(bytes), headers: { "content-type": "application/octet-stream" } });
  const answer: unknown = await response.json();
  expect([response.status, answer]).toEqual([200, expect.anything()]);
  return ProjectSchema.parse(answer);
}

const projectOf = ({ id }: Pick<Project, "id">) => ann.api.workspace.getProject.query({ id });
const isNow = async (project: Project, status: Project["status"], timeout = 60_000) => vi.waitFor(async () => expect(await projectOf(project)).toMatchObject({ status }), { timeout, interval: 50 });
const placeOf = ({ organizationId, id }: Project) => path.join(installation.env["CODER_DATA"] ?? "", "workspaces", organizationId, id);

/** Waits until a run has written something and is not done. */
async function untilWriting(project: Project): Promise<void> {
  await vi.waitFor(() => {
    const staging = path.join(placeOf(project), "staging");
    const run = existsSync(staging) ? readdirSync(staging).find((name) => name.startsWith("run-")) : undefined;
    expect(run === undefined ? 0 : readdirSync(path.join(staging, run)).length).toBeGreaterThan(20);
  }, { timeout: 60_000, interval: 2 });
}

/** Nothing but the tree is left. */
const untilTidy = (project: Project) =>
  vi.waitFor(() => expect([readdirSync(placeOf(project)).toSorted(), readdirSync(path.join(placeOf(project), "staging"))]).toEqual([["staging", "tree"], []]), { timeout: 30_000, interval: 50 });

it("brings an archive in over the wire and gives it out again", async () => {
  const asked = await upload(ann, "demo.tar.gz", gzipSync(tarOf(50)));
  expect(asked).toMatchObject({ name: "demo", status: "importing" });
  await isNow(asked, "ready");
  expect(await projectOf(asked)).toMatchObject({ fileCount: 50, sizeBytes: 500, job: null });
  const exported = await send(ann, transferPath(workspaceTransfers.exportArchive, { projectId: asked.id, format: "tar.gz" }));
  expect([exported.status, exported.headers.get("content-type"), exported.headers.get("content-disposition")]).toEqual([200, "application/gzip", expect.stringContaining("demo.tar.gz")]);
  expect(gunzipSync(Buffer.from(await exported.arrayBuffer())).includes("demo/d49/file-49.txt")).toBe(true);

  // Not by everybody, and never unrecorded.
  const auditor = await new Person("Auditor", ann.url).signUp({ invitationToken: await ann.invite("auditor") });
  expect((await send(auditor, transferPath(workspaceTransfers.exportArchive, { projectId: asked.id }))).status).toBe(403);
  expect((await send(auditor, transferPath(workspaceTransfers.importArchive, { fileName: "a.zip" }), { method: "PUT", body: "x", headers: { "content-type": "application/octet-stream" } })).status).toBe(403);
  const { items } = await ann.api.logging.listEntries.query({ limit: 50 });
  expect(items.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(expect.arrayContaining(["workspace.importArchive success", "workspace.exportArchive success", "workspace.importArchive denied"]));
});

it("survives its worker: what the dead one wrote is removed, and the next one brings all of it", async () => {
  const project = await upload(ann, "large.tar", tarOf(FILES));
  await untilWriting(project);
  await worker.kill();
  expect(await projectOf(project)).toMatchObject({ status: "importing" });
  expect(existsSync(path.join(placeOf(project), "tree"))).toBe(false);
  worker = await installation.program("worker");
  await isNow(project, "ready", 120_000);
  expect(await projectOf(project)).toMatchObject({ fileCount: FILES, sizeBytes: FILES * 10 });
  await untilTidy(project);
  // It is counted a moment after it can be opened.
  await vi.waitFor(async () => expect((await ann.api.workspace.getUsage.query({})).bytes.used).toBe(500 + FILES * 10), { timeout: 30_000, interval: 50 });
});

it("is cancelled within two seconds, and what it wrote is removed", async () => {
  const project = await upload(ann, "large.tar", tarOf(FILES));
  await untilWriting(project);
  const from = performance.now();
  await ann.api.dashboard.cancelOwnJob.mutate({ queue: project.job?.name ?? "", id: project.job?.id ?? "" });
  await isNow(project, "failed", 30_000);
  expect(performance.now() - from).toBeLessThan(15_000);
  expect(await projectOf(project)).toMatchObject({ problem: { code: "import_cancelled" }, job: null });
  const run = () => readdirSync(path.join(placeOf(project), "staging"));
  await vi.waitFor(() => expect(run()).toEqual(["source"]), { timeout: 30_000, interval: 50 });

  const again = await ann.api.workspace.retryImport.mutate({ id: project.id });
  expect(again.status).toBe("importing");
  await isNow(project, "ready");
  await untilTidy(project);
});

it("ends when its project is deleted, and leaves nothing once that is purged", async () => {
  const project = await upload(ann, "large.tar", tarOf(FILES));
  await untilWriting(project);
  await ann.api.workspace.deleteProject.mutate({ id: project.id });
  await vi.waitFor(async () => expect(await projectOf(project)).toMatchObject({ status: "deleted", job: null }), { timeout: 10_000, interval: 50 });
  await ann.api.workspace.purgeProject.mutate({ id: project.id });
  await expect(projectOf(project)).rejects.toMatchObject({ code: "project_not_found" });
  await vi.waitFor(() => expect(existsSync(placeOf(project))).toBe(false), { timeout: 30_000, interval: 50 });
});
