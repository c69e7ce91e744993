import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, lstat, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Project, ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase, type IDatabase, type MemoryDatabase } from "@coder/db";
import { AppError, isAppError, type Caller, type JobMessage, type UserCaller } from "@coder/shared";
import { newId, type IJobs, type JobContext } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { fixedConfig, silentLogger, somebody } from "@coder/testing";
import { assemble, type WorkspaceParts } from "../../assemble.ts";
import type { WorkspaceConfig } from "../../config.ts";
import { cleanProjectHandler } from "../../jobs/clean-project.handler.ts";
import { cleanProjectJob, removeProjectJob } from "../../jobs/definitions.ts";
import { removeProjectHandler } from "../../jobs/remove-project.handler.ts";
import type { AdmitJob } from "../import/Imports.ts";
import type { ICloner, ITreeKeeper } from "../import/ImportRunner.ts";

export const MIB = 1024 ** 2;

export const CONFIG: WorkspaceConfig = {
  quota: { projects: 20, bytes: 1024 * MIB, files: 200_000 },
  organizations: {},
  import: { maxArchiveBytes: 200 * MIB, maxUnpackedBytes: 500 * MIB, maxEntries: 100_000, maxEntryBytes: 100 * MIB, maxRatio: 100, folderRoots: [], allowedPrivateHosts: [] },
  retention: { deletedProjectDays: 30, trashDays: 30 },
  files: { maxOpenBytes: 50 * MIB },
};

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  readonly log?: ILogger;
}

/** The module on a memory database and a directory of its own; jobs run when the test says so. */
export class ImportRig {
  readonly directory: string;
  readonly parts: WorkspaceParts;
  readonly caller: UserCaller = somebody();
  /** Jobs that were cancelled, by id. */
  readonly cancelled: string[] = [];
  #memory: MemoryDatabase | null = null;
  #time = Date.parse("2026-03-01T12:00:00.000Z");

  private constructor(directory: string, options: RigOptions) {
    this.directory = directory;
    const database = options.database ?? (this.#memory = createMemoryDatabase());
    const jobs = {
      cancel: async (_queue: string, id: string) => {
        this.cancelled.push(id);
        throw new AppError("not_found", "job_not_found", "There is no such job.", { remedy: "None" });
      },
      get: options.job ?? (async () => null),
    };
    const trees = options.trees ?? { prepareTree: async (tree: string) => void (await mkdir(tree, { recursive: true })), adoptTree: async () => undefined };
    const cloner = options.cloner ?? { clone: () => Promise.reject(new Error("This test clones nothing")) };
    const nothing = () => Promise.reject(new Error("This test runs nothing"));
    this.parts = assemble({
      database, config: fixedConfig(options.config ?? CONFIG), dataDirectory: path.join(directory, "data"), jobs, trees, cloner,
      sandbox: { spawn: nothing, pathInside: nothing }, git: { read: nothing }, log: silentLogger, now: () => this.now(),
      admitJob: options.admitJob ?? (async () => undefined),
    });
  }

  static async open(options: RigOptions = {}): Promise<ImportRig> {
    if (options.directory !== undefined) await mkdir(options.directory);
    return new ImportRig(options.directory ?? (await mkdtemp(path.join(tmpdir(), "coder-imports-"))), options);
  }

  get database(): MemoryDatabase {
    if (this.#memory === null) throw new Error("This test has a database of its own");
    return this.#memory;
  }

  now(): Date {
    // Each moment is its own, so that lists have one order.
    this.#time += 1;
    return new Date(this.#time);
  }

  pass(ms: number): void {
    this.#time += ms;
  }

  treeOf(project: Pick<Project, "id" | "organizationId">): string {
    return this.parts.directories.of(project).tree;
  }

  rootOf(project: Pick<Project, "id" | "organizationId">): string {
    return this.parts.directories.of(project).root;
  }

  /** Asks for an import of these bytes and runs it. Resolves with the project as it is then, whatever became of it. */
  async importBytes(fileName: string, bytes: Uint8Array, caller: Caller = this.caller): Promise<Project> {
    const project = await this.parts.service.importArchive(caller, { fileName }, chunked(bytes));
    return this.finish(project, caller);
  }

  /** Runs the project's import, and the jobs it leaves behind. */
  async finish(project: Project, caller: Caller = this.caller, options: RunOptions = {}): Promise<Project> {
    await this.runImport(project, caller, options).catch((error: unknown) => {
      if (!isAppError(error)) throw error;
    });
    await this.runLeftJobs();
    return this.parts.service.getProject(caller, { id: project.id });
  }

  async runImport({ id, job }: Project, caller: Caller = this.caller, { signal = new AbortController().signal, onProgress, log = silentLogger }: RunOptions = {}): Promise<void> {
    await this.parts.runner.run({
      id: job?.id ?? newId(), jobName: job?.name ?? "", payload: { projectId: id }, caller, attempt: 1, signal, log,
      progress: async (done, total) => onProgress?.(done, total),
    });
  }

  /** What waits in the outbox to be cleaned up or removed. */
  async runLeftJobs(): Promise<void> {
    const { database, parts } = this;
    const handlers = new Map([
      [cleanProjectJob.name, cleanProjectHandler(parts)],
      [removeProjectJob.name, removeProjectHandler({ database, ...parts })],
    ]);
    for (const { id, message, caller } of database.outbox.items.slice()) {
      const handler = isJob(message) ? handlers.get(message.name) : undefined;
      if (!handler) continue;
      await handler(contextOf(id, message.payload as { projectId: ProjectId }, caller));
      await database.outbox.markDone([id]);
    }
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

interface RigOptions {
  /** Memory without one: jobs that are left behind can be run with that only. */
  readonly database?: IDatabase;
  /** Where everything lies; made, and removed in the end. */
  readonly directory?: string;
  readonly config?: WorkspaceConfig;
  readonly job?: IJobs["get"];
  readonly trees?: ITreeKeeper;
  readonly cloner?: ICloner;
  readonly admitJob?: AdmitJob;
}

function isJob(message: { readonly kind: string }): message is JobMessage {
  return message.kind === "job";
}

function contextOf<Payload>(id: string, payload: Payload, caller: Caller): JobContext<Payload> {
  return { id, payload, caller, attempt: 1, signal: new AbortController().signal, log: silentLogger, progress: async () => undefined };
}

export async function* chunked(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** Every path below a directory with what is there: kind, right to execute, content. Names as latin1, so that each byte counts. */
export async function listTree(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (at: Buffer, name: string): Promise<void> => {
    const stats = await lstat(at);
    if (stats.isDirectory()) {
      found.set(name, "folder");
      await walk(at, `${name}/`);
    } else if (stats.isSymbolicLink()) found.set(name, `link ${(await readlink(at, { encoding: "buffer" })).toString("latin1")}`);
    else if (stats.isFile()) found.set(name, `${(stats.mode & 0o111) === 0 ? "file" : "program"} ${createHash("sha256").update(await readFile(at)).digest("hex")}`);
    else found.set(name, "other");
  };
  const walk = async (folder: Buffer, prefix: string): Promise<void> => {
    const names = await readdir(folder, { encoding: "buffer" });
    await Promise.all(names.map((name) => visit(Buffer.concat([folder, Buffer.from("/"), name]), `${prefix}${name.toString("latin1")}`)));
  };
  await walk(Buffer.from(directory), "");
  return found;
}

/** One hash over a tree. */
export async function hashTree(directory: string): Promise<string> {
  const hash = createHash("sha256");
  for (const line of [...(await listTree(directory))].map(([name, what]) => `${name}\0${what}`).sort()) hash.update(`${line}\n`);
  return hash.digest("hex");
}

/** Writes files by path; `-> target` makes a link, a `*` at the end of the path a program. */
export async function plant(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name.replace(/\*$/, ""));
    await mkdir(path.dirname(file), { recursive: true });
    if (content.startsWith("-> ")) await symlink(content.slice(3), file);
    else await writeFile(file, content);
    if (name.endsWith("*")) await chmod(file, 0o755);
  }
}
