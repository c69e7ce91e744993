import { chmod, mkdir, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { RunId } from "@coder/api/execution";
import type { ISandbox, SandboxLimits } from "@coder/sandbox";
import type { ILiveConfig, JobContext } from "@coder/shared/server";
import { ownLike, removeAll } from "@coder/work-tree";
import type { OpenProject } from "../../changes/ProjectAccess.ts";
import type { ExecutionConfig } from "../../config.ts";
import { installFailed, lockFileMissing, registryInvalid } from "../errors.ts";
import { followProgram } from "../follow.ts";
import { inFolder } from "../package-manifest.ts";
import type { PackageManager } from "../PackageManager.ts";
import type { Ended } from "../ended.ts";
import type { OutputFile } from "../RunOutputs.ts";
import { lockFileOf } from "../Scripts.ts";
import type { IInstaller } from "./managers/IInstaller.ts";
import { installerOf } from "./managers/installer-of.ts";
import { RegistryProxy, type Allowed, type Resolve } from "./RegistryProxy.ts";
import { Swap } from "./Swap.ts";

const MODULES = "node_modules";
const PORT = 34_873;
const SOCKET = "/run/registry.sock";
const FORWARD = "/opt/forward.mjs";
const COUNT_MS = 1_000;

export interface InstallRequest {
  readonly project: OpenProject;
  readonly runId: RunId;
  readonly folder: string;
  readonly output: OutputFile;
  readonly limits: Partial<SandboxLimits>;
  readonly job: Pick<JobContext<unknown>, "signal" | "progress" | "log">;
}

export interface InstallationDeps {
  readonly sandbox: Pick<ISandbox, "spawn" | "prepareTree" | "adoptTree">;
  readonly packages: PackageManager;
  readonly config: ILiveConfig<ExecutionConfig>;
  readonly resolve?: Resolve;
}

/** Where an installation is made before it takes its place: on the tree's file system, so that it does so in one step. */
export function stagingOf({ directory }: Pick<OpenProject, "directory">, runId: RunId): string {
  return path.join(directory.staging, `install-${runId}`);
}

/** Where the way to the registry begins: a short path, because sockets have one. */
function meetingOf(runId: RunId): string {
  return path.join(tmpdir(), `coder-install-${runId}`);
}

/**
 * Installs what a lock file names, without scripts, with no network but a proxy to the registry. It is made beside the project and takes its place as a whole: one
 * that is killed leaves the project as it was.
 */
export class Installation {
  readonly #deps: InstallationDeps;

  constructor(deps: InstallationDeps) {
    this.#deps = deps;
  }

  async run(request: InstallRequest): Promise<Ended> {
    const { project, runId, folder, output, job } = request;
    const lock = await lockFileOf(project.tree, folder);
    if (!lock) throw lockFileMissing(folder);
    const installer = await installerOf(project.tree, lock, this.#deps.packages);
    const staging = stagingOf(project, runId);
    const made = path.join(staging, "made");
    const meeting = meetingOf(runId);
    const { registry, allowed } = await this.#registry();
    const proxy = new RegistryProxy({ allowed, ...(this.#deps.resolve ? { resolve: this.#deps.resolve } : {}) });
    const over = new AbortController();
    try {
      await this.settle(project, runId);
      await mkdir(meeting, { mode: 0o711 });
      await mkdir(staging, { recursive: true, mode: 0o711 });
      await mkdir(made, { mode: 0o770 });
      // Of the project's own owner: nothing changes hands when it takes its place.
      await ownLike(made, await stat(project.directory.tree, { bigint: true }));
      await this.#deps.sandbox.prepareTree(made);
      const wanted = await installer.copy({ tree: project.tree, folder: lock.folder, lockPath: lock.path }, made, registry);
      await this.#deps.sandbox.adoptTree(made);
      const socket = path.join(meeting, "registry.sock");
      await proxy.listen(socket);
      // The run has a uid of its own.
      await chmod(meeting, 0o711);
      await chmod(socket, 0o666);
      count(made, wanted.packages, job, over.signal);
      const ended = await this.#install(installer, request, made, registry, socket);
      for (const { host, requests, bytes } of proxy.traffic()) job.log.info({ host, requests, bytes }, "Reached while installing");
      const egress = proxy.traffic().map((each) => ({ ...each }));
      if (job.signal.aborted) return { ...ended, endedBy: "abort", egress, problem: null };
      if (ended.exitCode !== 0 || ended.endedBy !== null) return { ...ended, egress, problem: installFailed(ended) };
      const fault = await installer.faultOf(made);
      if (fault !== null) {
        await output.append(Buffer.from(`\r\n${fault}\r\n`)).catch(() => undefined);
        return { ...ended, egress, problem: installFailed(ended) };
      }
      await new Swap({ tree: project.tree, staging }).run(wanted.folders.map((each) => ({ path: inFolder(inFolder(lock.folder, each), MODULES), made: path.join(made, each, MODULES) })));
      // It is done, whether or not there is room to say so.
      await output.append(Buffer.from(`\r\nInstalled from ${lock.path}.\r\n`)).catch(() => undefined);
      return { ...ended, egress, problem: null };
    } finally {
      over.abort();
      await proxy.close();
      await this.settle(project, runId);
    }
  }

  /** Removes what an installation left whose process was killed, after what it had begun was taken back. */
  async settle(project: OpenProject, runId: RunId): Promise<void> {
    const staging = stagingOf(project, runId);
    await new Swap({ tree: project.tree, staging }).back();
    await removeAll(staging);
    await rm(meetingOf(runId), { recursive: true, force: true });
  }

  async #install(installer: IInstaller, { output, limits, job }: InstallRequest, made: string, registry: string, socket: string): Promise<Ended> {
    const { args, binds, env } = await installer.command(registry, `http://127.0.0.1:${PORT}`);
    const run = await this.#deps.sandbox.spawn({
      command: "node",
      args: [FORWARD, SOCKET, String(PORT), "node", ...args],
      tree: { path: made, access: "write" },
      binds: [...binds, { from: socket, to: SOCKET }, { from: fileURLToPath(new URL("./forward.mjs", import.meta.url)), to: FORWARD }],
      // A mirror inside has its certificate from an authority that the machine trusts, and Node by itself does not.
      env: { TERM: "xterm-256color", NODE_USE_SYSTEM_CA: "1", ...env },
      limits,
      signal: job.signal,
    });
    return { ...(await followProgram(run, output)), egress: [], problem: null };
  }

  async #registry(): Promise<{ readonly registry: string; readonly allowed: Allowed }> {
    const { registry, allowedPrivateHosts } = this.#deps.config.value.install;
    const text = registry === "" ? await this.#deps.packages.registry() : registry;
    const url = URL.parse(text);
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:") || url.username !== "") throw registryInvalid(text);
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    // The operator names the registry, and npm checks its certificate: a mirror inside may have any address. Without TLS nothing tells who answers.
    const isPrivateAllowed = url.protocol === "https:" || allowedPrivateHosts.some((each) => [url.hostname, `${url.hostname}:${port}`].includes(each.toLowerCase()));
    return { registry: url.href, allowed: { hostname: url.hostname, port, isPrivateAllowed } };
  }
}

/** Packages that are there already, of those that the lock file names. */
function count(made: string, total: number, { progress }: InstallRequest["job"], signal: AbortSignal): void {
  const timer = setInterval(() => {
    const look = async (): Promise<void> => progress(Math.min(await packagesIn(path.join(made, MODULES)), total), Math.max(total, 1));
    look().catch(() => undefined);
  }, COUNT_MS);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

async function packagesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const scoped = await Promise.all(names.filter((name) => name.startsWith("@")).map(async (name) => (await readdir(path.join(folder, name)).catch(() => [])).length));
  return names.filter((name) => !name.startsWith(".") && !name.startsWith("@")).length + scoped.reduce((sum, each) => sum + each, 0);
}
