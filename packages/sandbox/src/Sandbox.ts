import { buffer } from "node:stream/consumers";
import { isAppError } from "@coder/shared";
import type { ILogger } from "@coder/shared/trpc";
import { checkSpec, limitsOf } from "./check-spec.ts";
import type { IDriver } from "./drivers/driver.ts";
import { invalidRun } from "./errors.ts";
import type { Isolation } from "./Isolation.ts";
import { TreeSize } from "./limits/TreeSize.ts";
import { writtenBytes } from "./limits/written-bytes.ts";
import type { RunId, RunIds } from "./ownership/RunIds.ts";
import type { WorkTrees } from "./ownership/WorkTrees.ts";
import { Run } from "./Run.ts";
import type { ISandbox, SandboxLimits, SandboxProcess, SandboxResult, SandboxRunSpec, SandboxSpec, SandboxStatus } from "./ISandbox.ts";

export interface SandboxDeps {
  readonly isolation: Isolation;
  readonly trees: WorkTrees;
  /** Null when the product is not root: runs then have its own uid. */
  readonly runIds: RunIds | null;
  readonly log: ILogger;
}

const TREE_WIDE: Partial<SandboxLimits> = { wallSeconds: 600, cpuSeconds: 600 };

/** What makes every file of a tree one that its runs can change. */
const WRITABLE = ["chmod", "-R", "u+rwX,g+rwX", "."] as const;

/** The sandbox over whatever isolation this machine gives. */
export class Sandbox implements ISandbox {
  readonly #deps: SandboxDeps;
  /** Runs that are not over, and what happens after one. */
  readonly #open = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(deps: SandboxDeps) {
    this.#deps = deps;
  }

  async run({ stdin = "", ...spec }: SandboxRunSpec): Promise<SandboxResult> {
    if (spec.limits?.outputBytes === null) throw invalidRun("output that is collected needs a limit");
    const started = await this.#start(spec);
    started.stdin.end(stdin);
    const [end, stdout, stderr] = await Promise.all([started.ended, buffer(started.stdout), buffer(started.stderr)]);
    spec.signal?.throwIfAborted();
    return { ...end, stdout, stderr, truncated: { ...started.truncated } };
  }

  spawn(spec: SandboxSpec): Promise<SandboxProcess> {
    return this.#start(spec);
  }

  async pathInside(tree: string): Promise<string> {
    return (await this.#deps.isolation.driver()).pathInside(tree);
  }

  prepareTree(tree: string): Promise<void> {
    return this.#deps.trees.prepare(tree);
  }

  adoptFiles(tree: string, paths: readonly string[]): Promise<void> {
    return this.#deps.trees.adoptFiles(tree, paths);
  }

  async adoptTree(tree: string): Promise<void> {
    if (!(await this.#deps.trees.adoptAll(tree))) return;
    const [command, ...args] = WRITABLE;
    try {
      // As the owner, and where no link leads out: chmod follows links that appear at the wrong moment.
      const { exitCode, stderr } = await this.run({ command, args, tree: { path: tree, access: "write" }, limits: TREE_WIDE });
      if (exitCode !== 0) this.#notAll(tree, stderr.toString());
    } catch (error) {
      if (!isAppError(error) || error.code !== "sandbox_unavailable") throw error;
      // No program of a project runs here, so nobody makes a link appear. Files are worked with all the same.
      const { code, stderr } = await this.#deps.trees.executeAsOwner(tree, command, args);
      if (code !== 0) this.#notAll(tree, stderr);
    }
  }

  #notAll(tree: string, stderr: string): void {
    this.#deps.log.warn({ tree, stderr: stderr.slice(0, 500) }, "Not every file of a work tree could be made writable for runs");
  }

  status(): Promise<SandboxStatus> {
    return this.#deps.isolation.status();
  }

  /** Ends every run and waits for what follows. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("The sandbox is closed"));
    await Promise.allSettled(this.#open);
    await this.#deps.isolation.close();
  }

  async #start(spec: SandboxSpec): Promise<Run> {
    checkSpec(spec);
    const limits = limitsOf(spec);
    spec.signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const driver = await this.#deps.isolation.driver();
    const owner = spec.tree ? await this.#deps.trees.idOf(spec.tree.path) : null;
    const lease = (await this.#deps.runIds?.lease(owner)) ?? null;
    const over = this.#launch(driver, spec, limits, owner, lease);
    over.catch(() => lease?.release());
    const run = await over;
    this.#track(run.ended.catch(() => undefined).then(() => this.#after(spec, owner, lease)));
    return run;
  }

  async #launch(driver: IDriver, spec: SandboxSpec, wanted: SandboxLimits, owner: number | null, lease: RunId | null): Promise<Run> {
    const { command, args = [], tree = null, binds = [], env = {}, cwd = ".", network = "none", signal } = spec;
    const meters = await this.#deps.isolation.meters();
    const limits = { ...wanted, processes: Math.min(wanted.processes, meters.mostTasks) };
    const meter = await meters.open(limits);
    const identity = lease === null ? null : { uid: lease.uid, gid: owner ?? lease.uid };
    const treeSize = tree?.access === "write" && (limits.treeBytes !== null || limits.treeFiles !== null || limits.treeGrowthBytes !== null) ? new TreeSize(tree.path, limits, async () => writtenBytes(await meter.pids())) : null;
    try {
      await treeSize?.begin();
      const launched = await driver.launch({ command, args, tree, binds, env, cwd, network, limits, identity, groups: meter.groups });
      return new Run({ launched, limits, meter, treeSize, signals: [this.#closing.signal, ...(signal ? [signal] : [])] });
    } catch (error) {
      await meter.close();
      throw error;
    }
  }

  async #after({ tree }: SandboxSpec, owner: number | null, lease: RunId | null): Promise<void> {
    if (lease === null) return;
    if (tree?.access === "write" && owner !== null && lease.uid !== owner) await this.#deps.trees.reclaim(tree.path, owner, lease.uid);
    await lease.release();
  }

  #track(work: Promise<unknown>): void {
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }
}
