import { setTimeout as delay } from "node:timers/promises";
import { execute, whereIs } from "../execute.ts";
import type { Staging } from "../ownership/Staging.ts";
import { ETC_FILES, runArguments, systemArguments, WORKSPACE, type VisiblePaths } from "./bubblewrap-arguments.ts";
import { InheritedDescriptors } from "./descriptors.ts";
import type { IDriver, Launch, Launched, Outcome } from "./driver.ts";
import { EtcCopies } from "./EtcCopies.ts";
import { ANSWER_FD, FIRST_FILE_FD, ForkServer, TOLD_FD, type Forked } from "./ForkServer.ts";
import { limitedInNumber, limitScript } from "./limit-script.ts";
import { isRunning, outcomeOf, sendKill, untilGone } from "./outcome.ts";
import { seccompFilter } from "./seccomp-filter.ts";
import { shellWord } from "./shell-word.ts";
import { StatusReport } from "./StatusReport.ts";

const ARGUMENTS_FD = FIRST_FILE_FD;
const FILTER_FD = FIRST_FILE_FD + 1;
/** A shell lets what it starts in the background ignore them, and what they start as well. */
const DEFAULT_SIGNALS = [whereIs("env"), "--default-signal=INT,QUIT"];
/** The product's own, which is the first on the path inside. It ignores no signal that whoever started it ignored (`PlatformInit` in its node.cc), so it needs no other program for that. */
const OWN_NODE = "node";
const TOLD_MS = 1_000;

export interface BubblewrapOptions {
  /** Name or path. */
  readonly program: string;
  /** Null when the product is not root: runs then are as we are. */
  readonly staging: Staging | null;
  /** Whether memory is counted that lies in no process. */
  readonly countsAllMemory: boolean;
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
  #server: ForkServer | null = null;

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
      ...(filter && !options.countsAllMemory ? ["Memory that lies in no process, and would not be counted, is refused (memfd, large System V segments)"] : []),
    ];
    this.missing = filter ? [] : [`There is no system call filter for ${process.arch}`];
  }

  /** Null when bubblewrap is not installed. That it is, says nothing about whether it may do its work here. */
  static async open(options: BubblewrapOptions): Promise<BubblewrapDriver | null> {
    const { code, stdout } = await execute(options.program, ["--version"]);
    if (code !== 0) return null;
    const [system, descriptors] = await Promise.all([systemArguments(), InheritedDescriptors.find()]);
    return new BubblewrapDriver(options, { version: /[\d.]+/.exec(stdout)?.[0] ?? "", system, filter: seccompFilter(options), descriptors });
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
    await this.#server?.close();
    await Promise.all([this.#descriptors.close(), this.#etc.close()]);
  }

  async #start(launch: Launch, etc: string): Promise<Launched> {
    const { visible, prefix } = await this.#reach(launch, etc);
    const command = [
      ...(launch.command === OWN_NODE ? [] : DEFAULT_SIGNALS), ...prefix, this.#program,
      "--json-status-fd", String(TOLD_FD),
      "--args", String(ARGUMENTS_FD),
      ...(this.#filter === null ? [] : ["--seccomp", String(FILTER_FD)]),
      "--", ...limitedInNumber([launch.command, ...launch.args], launch.limits, launch.groups),
    ];
    const limiting = limitScript(launch.limits, { groups: launch.groups, umask: launch.identity ? "002" : "022", self: "$pid" });
    // Not on the command line, which everybody on the machine can read: variables are among them.
    const args = Buffer.from(runArguments(launch, this.#system, visible).map((each) => `${each}\0`).join(""));
    const status = new StatusReport();
    const forked = await this.#forkServer().fork({
      script: `${limiting}exec ${command.map(shellWord).join(" ")} ${ANSWER_FD}>&-`,
      files: [args, ...(this.#filter === null ? [] : [this.#filter])],
      owner: launch.identity,
      onTold: status.add,
    });
    return supervise(forked, status);
  }

  #forkServer(): ForkServer {
    if (this.#server?.alive !== true) this.#server = new ForkServer(this.#descriptors);
    return this.#server;
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
    return { visible, prefix: await staging.prefix(identity.uid, identity.gid, { staged }) };
  }
}

function supervise({ pid, stdin, stdout, stderr, ended }: Forked, status: StatusReport): Launched {
  let [killed, over] = [false, false];
  const end = async (): Promise<Outcome | null> => {
    await ended;
    over = true;
    stdin.destroy();
    const { firstProcess, exitCode } = status;
    await untilGone(() => firstProcess !== null && isRunning(firstProcess));
    if (exitCode !== null) return outcomeOf(exitCode);
    return killed ? { exitCode: null, signal: "SIGKILL" } : null;
  };
  /**
   * The kernel ends everything in the process namespace with its first process. Not the outer one before it has told of that: between making it and letting it
   * go on, bubblewrap's end would leave it waiting for ever.
   */
  const killBoth = async (): Promise<void> => {
    await Promise.race([status.begun, ended, delay(TOLD_MS, undefined, { ref: false })]);
    if (over) return;
    sendKill(status.firstProcess ?? undefined);
    sendKill(pid);
  };
  return {
    stdin, stdout, stderr,
    entry: pid,
    kill: () => {
      if (!killed) void killBoth();
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
