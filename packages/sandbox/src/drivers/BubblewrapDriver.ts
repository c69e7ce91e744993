import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { sandboxFailed } from "../errors.ts";
import { execute, SYSTEM_PATH, whereIs } from "../execute.ts";
import type { Staging } from "../ownership/Staging.ts";
import { ETC_FILES, runArguments, systemArguments, WORKSPACE, type VisiblePaths } from "./bubblewrap-arguments.ts";
import { InheritedDescriptors } from "./descriptors.ts";
import type { IDriver, Launch, Launched, Outcome } from "./driver.ts";
import { EtcCopies } from "./EtcCopies.ts";
import { limited } from "./limit-script.ts";
import { isRunning, outcomeOf, sendKill, untilGone } from "./outcome.ts";
import { seccompFilter } from "./seccomp-filter.ts";

const ARGUMENTS_FD = 3;
const STATUS_FD = 4;
const FILTER_FD = 5;
const TOLD_MS = 1_000;

/** What bubblewrap writes to its status descriptor, one object per line. */
const StatusSchema = z.object({ "child-pid": z.int().optional(), "exit-code": z.int().optional() });

export interface BubblewrapOptions {
  /** Name or path. */
  readonly program: string;
  /** Null when the product is not root: runs then are as we are. */
  readonly staging: Staging | null;
}

interface Parts {
  readonly version: string;
  readonly system: readonly string[];
  /** What it reads the filter of system calls from; null: there is none. */
  readonly filter: FileHandle | null;
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
  readonly #filter: FileHandle | null;
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
    const program = seccompFilter();
    const [system, filter, descriptors] = await Promise.all([systemArguments(), program && namelessFile(program), InheritedDescriptors.find()]);
    return new BubblewrapDriver(options, { version: /[\d.]+/.exec(stdout)?.[0] ?? "", system, filter, descriptors });
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
    await Promise.all([this.#filter?.close(), this.#descriptors.close(), this.#etc.close()]);
  }

  async #start(launch: Launch, etc: string): Promise<Launched> {
    const { visible, prefix } = await this.#reach(launch, etc);
    // Without a thread: it is a name in memory, and quicker than to ask one.
    const filter = this.#filter && openSync(`/proc/self/fd/${this.#filter.fd}`, "r");
    try {
      const command = limited([launch.command, ...launch.args], launch.limits, { together: launch.gated, umask: launch.identity ? "002" : "022" });
      const [file = "", ...args] = [
        ...prefix, this.#program,
        "--json-status-fd", String(STATUS_FD),
        ...(filter === null ? [] : ["--seccomp", String(FILTER_FD)]),
        "--args", String(ARGUMENTS_FD),
        "--", ...command,
      ];
      const child = spawn(file, args, {
        cwd: "/",
        env: { PATH: SYSTEM_PATH },
        stdio: this.#descriptors.covered(["pipe", "pipe", "pipe", "pipe", "pipe", ...(filter === null ? [] : [filter])]),
        ...(launch.identity && prefix.length === 0 ? launch.identity : {}),
      });
      return supervise(child, runArguments(launch, this.#system, visible));
    } finally {
      if (filter !== null) closeSync(filter);
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

/**
 * Bubblewrap does nothing before it has read its arguments to their end, so they are the gate: what is to limit the run takes in bubblewrap itself, and with
 * it all that it starts.
 */
function supervise(child: ChildProcess, args: readonly string[]): Launched {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw sandboxFailed("it has no standard streams");
  const first = Promise.withResolvers<number | null>();
  let released = false;
  let killed = false;
  let exitCode: number | null = null;
  let pid: number | null = null;
  let line = "";
  const gate = writableAt(child, ARGUMENTS_FD);
  const status = readableAt(child, STATUS_FD);
  status.setEncoding("utf8").on("data", (text: string) => {
    const lines = (line + text).split("\n");
    line = lines.pop() ?? "";
    for (const each of lines) {
      const told = StatusSchema.parse(JSON.parse(each));
      exitCode = told["exit-code"] ?? exitCode;
      pid = told["child-pid"] ?? pid;
      if (pid !== null) first.resolve(pid);
    }
  });
  const end = async (): Promise<Outcome | null> => {
    // Not the child's `close`, which waits until somebody has read all that it printed.
    const started = await Promise.all([once(child, "exit"), once(status, "close")]).then(() => true, () => false);
    first.resolve(null);
    if (!started) return null;
    await untilGone(() => pid !== null && isRunning(pid));
    if (exitCode !== null) return outcomeOf(exitCode);
    return killed && released ? { exitCode: null, signal: "SIGKILL" } : null;
  };
  return {
    stdin, stdout, stderr,
    entry: child.pid ?? null,
    release: () => {
      if (killed) return;
      released = true;
      gate.end(args.map((each) => `${each}\0`).join(""));
    },
    kill: () => {
      killed = true;
      if (!released) return sendKill(child.pid);
      // The kernel ends everything in the process namespace with its first process. Not the outer one before it has told of that: between making it and
      // letting it go on, bubblewrap's end would leave it waiting for ever.
      void killBoth(first.promise, child.pid);
    },
    ended: end(),
  };
}

async function killBoth(first: Promise<number | null>, outer: number | undefined): Promise<void> {
  sendKill((await Promise.race([first, delay(TOLD_MS, null, { ref: false })])) ?? undefined);
  sendKill(outer);
}

/** A file without a name, to be opened anew by whoever reads it. */
async function namelessFile(content: Buffer): Promise<FileHandle> {
  const folder = await mkdtemp(path.join(tmpdir(), "coder-sandbox-"));
  try {
    const handle = await open(path.join(folder, "data"), "wx+", 0o644);
    await handle.write(content);
    return handle;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function writableAt(child: ChildProcess, fd: number): Writable {
  const stream = child.stdio[fd];
  if (!(stream instanceof Writable)) throw sandboxFailed("a pipe to it is missing");
  return stream.on("error", () => undefined);
}

function readableAt(child: ChildProcess, fd: number): Readable {
  const stream = child.stdio[fd];
  if (!(stream instanceof Readable)) throw sandboxFailed("a pipe from it is missing");
  return stream;
}
