import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { sandboxFailed } from "../errors.ts";
import { execute, SYSTEM_PATH, whereIs } from "../execute.ts";
import type { Staging } from "../ownership/Staging.ts";
import { ETC_FILES, runArguments, systemArguments, WORKSPACE, type VisiblePaths } from "./bubblewrap-arguments.ts";
import { InheritedDescriptors } from "./descriptors.ts";
import type { IDriver, Launch, Launched, Outcome } from "./driver.ts";
import { EtcCopies } from "./EtcCopies.ts";
import { FilesForChild } from "./files-for-child.ts";
import { limited, limitedInNumber } from "./limit-script.ts";
import { isRunning, outcomeOf, sendKill, untilGone } from "./outcome.ts";
import { seccompFilter } from "./seccomp-filter.ts";
import { StatusFile } from "./StatusFile.ts";

const ARGUMENTS_FD = 3;
const STATUS_FD = 4;
const FILTER_FD = 5;
const GROUPS_FD = 6;
const TOLD_MS = 1_000;

export interface BubblewrapOptions {
  /** Name or path. */
  readonly program: string;
  /** Null when the product is not root: runs then are as we are. */
  readonly staging: Staging | null;
}

interface Parts {
  readonly version: string;
  readonly system: readonly string[];
  /** Of system calls; null: there is none for this processor. */
  readonly filter: Buffer | null;
  readonly descriptors: InheritedDescriptors;
}

/**
 * Runs in namespaces of their own, made by bubblewrap. It is started as the run's uid and never as root: root's uid inside, whatever it was dropped to, could
 * write where only the host's root may.
 */
export class BubblewrapDriver implements IDriver {
  readonly name = "bubblewrap";
  readonly inForce: readonly string[];
  readonly missing: readonly string[];
  readonly #options: BubblewrapOptions;
  readonly #program: string;
  readonly #system: readonly string[];
  readonly #etc = new EtcCopies(ETC_FILES);
  readonly #filter: Buffer | null;
  readonly #descriptors: InheritedDescriptors;

  private constructor(options: BubblewrapOptions, { version, system, filter, descriptors }: Parts) {
    this.#options = options;
    this.#program = whereIs(options.program);
    this.#system = system;
    this.#filter = filter;
    this.#descriptors = descriptors;
    this.inForce = [
      `Runs are isolated by bubblewrap ${version}: own processes, files, network, users`,
      options.staging === null ? "Runs have the product's own uid outside" : "Each run has a uid of its own outside",
      ...(filter ? ["Risky system calls are refused (seccomp)"] : []),
    ];
    this.missing = filter ? [] : [`There is no system call filter for ${process.arch}`];
  }

  /** Null when bubblewrap is not installed. That it is, says nothing about whether it may do its work here. */
  static async open(options: BubblewrapOptions): Promise<BubblewrapDriver | null> {
    const { code, stdout } = await execute(options.program, ["--version"]);
    if (code !== 0) return null;
    const [system, descriptors] = await Promise.all([systemArguments(), InheritedDescriptors.find()]);
    return new BubblewrapDriver(options, { version: /[\d.]+/.exec(stdout)?.[0] ?? "", system, filter: seccompFilter(), descriptors });
  }

  pathInside(): string {
    return WORKSPACE;
  }

  async launch(launch: Launch): Promise<Launched> {
    const etc = await this.#etc.use();
    try {
      const launched = await this.#start(launch, etc.folder);
      void launched.ended.finally(etc.release);
      return launched;
    } catch (error) {
      etc.release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#descriptors.close(), this.#etc.close()]);
  }

  async #start(launch: Launch, etc: string): Promise<Launched> {
    const { visible, prefix } = await this.#reach(launch, etc);
    const status = new StatusFile();
    const files = new FilesForChild();
    try {
      const command = [
        this.#program,
        "--json-status-fd", String(STATUS_FD),
        ...(this.#filter === null ? [] : ["--seccomp", String(FILTER_FD)]),
        "--args", String(ARGUMENTS_FD),
        "--", ...limitedInNumber([launch.command, ...launch.args], launch.limits, launch.groups),
      ];
      const groups = launch.groups.map((_group, index) => GROUPS_FD + index);
      const [file = "", ...args] = [...prefix, ...limited(command, launch.limits, { groups, umask: launch.identity ? "002" : "022" })];
      const child = spawn(file, args, {
        cwd: "/",
        env: { PATH: SYSTEM_PATH },
        stdio: this.#descriptors.covered([
          "pipe", "pipe", "pipe",
          // Not on the command line, which everybody on the machine can read: variables are among them.
          files.holding(Buffer.from(runArguments(launch, this.#system, visible).map((each) => `${each}\0`).join(""))),
          status.descriptor,
          this.#filter === null ? "ignore" : files.holding(this.#filter),
          ...launch.groups.map((group) => files.writingTo(group)),
        ]),
        ...(launch.identity && prefix.length === 0 ? launch.identity : {}),
      });
      return supervise(child, status);
    } catch (error) {
      status.close();
      throw error;
    } finally {
      files.close();
    }
  }

  async #reach({ tree, binds, identity }: Launch, etc: string): Promise<{ readonly visible: VisiblePaths; readonly prefix: readonly string[] }> {
    const { staging } = this.#options;
    if (staging === null || identity === null) return { visible: { node: process.execPath, etc, tree: tree?.path ?? null, binds: binds.map(({ from }) => from) }, prefix: [] };
    let staged = false;
    const reach = async (target: string): Promise<string> => {
      const reached = await staging.reach(target);
      staged ||= reached.staged;
      return reached.path;
    };
    const visible = { node: await reach(process.execPath), etc: await reach(etc), tree: tree && (await reach(tree.path)), binds: await Promise.all(binds.map(({ from }) => reach(from))) };
    return { visible, prefix: staged ? await staging.prefix(identity.uid, identity.gid) : [] };
  }
}

function supervise(child: ChildProcess, status: StatusFile): Launched {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw sandboxFailed("it has no standard streams");
  let killed = false;
  const end = async (): Promise<Outcome | null> => {
    // Not the child's `close`, which waits until somebody has read all that it printed.
    const started = await once(child, "exit").then(() => true, () => false);
    status.close();
    if (!started) return null;
    const { firstProcess, exitCode } = status.read();
    await untilGone(() => firstProcess !== null && isRunning(firstProcess));
    if (exitCode !== null) return outcomeOf(exitCode);
    return killed ? { exitCode: null, signal: "SIGKILL" } : null;
  };
  return {
    stdin, stdout, stderr,
    entry: child.pid ?? null,
    kill: () => {
      if (!killed) void killBoth(child, status);
      killed = true;
    },
    ended: end(),
    refusal,
  };
}

/** The exit code by which a shell tells it. Bubblewrap has its words from the C library, in English where nobody set a language. */
function refusal(reason: string): Outcome | null {
  const problem = /^bwrap: execvp .*: (.+)$/m.exec(reason)?.[1];
  if (problem === undefined) return null;
  return { exitCode: problem === "No such file or directory" ? 127 : 126, signal: null };
}

/**
 * The kernel ends everything in the process namespace with its first process. Not the outer one before it has told of that: between making it and letting it
 * go on, bubblewrap's end would leave it waiting for ever.
 */
async function killBoth(child: ChildProcess, status: StatusFile): Promise<void> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  for (const deadline = Date.now() + TOLD_MS; status.read().firstProcess === null && !isOver() && Date.now() < deadline; ) await delay(1);
  if (isOver()) return;
  sendKill(status.read().firstProcess ?? undefined);
  sendKill(child.pid);
}
