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
import { limited } from "./limit-script.ts";
import { isRunning, outcomeOf, sendKill, untilGone } from "./outcome.ts";
import { seccompFilter } from "./seccomp-filter.ts";

const ARGUMENTS_FD = 3;
const STATUS_FD = 4;
const FIRST_DATA_FD = 5;
const TOLD_MS = 1_000;

/** What bubblewrap writes to its status descriptor, one object per line. */
const StatusSchema = z.object({ "child-pid": z.int().optional(), "exit-code": z.int().optional() });

/** Something bubblewrap reads from a descriptor, with the options that say so. */
interface DataFile {
  readonly handle: FileHandle;
  readonly options: (fd: number) => readonly string[];
}

export interface BubblewrapOptions {
  /** Name or path. */
  readonly program: string;
  /** Null when the product is not root: runs then are as we are. */
  readonly staging: Staging | null;
}

interface Parts {
  readonly version: string;
  readonly system: readonly string[];
  readonly data: readonly DataFile[];
  readonly descriptors: InheritedDescriptors;
  readonly filtered: boolean;
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
  readonly #data: readonly DataFile[];
  readonly #descriptors: InheritedDescriptors;

  private constructor(options: BubblewrapOptions, { version, system, data, descriptors, filtered }: Parts) {
    this.#options = options;
    this.#program = whereIs(options.program);
    this.#system = system;
    this.#data = data;
    this.#descriptors = descriptors;
    this.inForce = [
      `Runs are isolated by bubblewrap ${version}: own processes, files, network, users`,
      options.staging === null ? "Runs have the product's own uid outside" : "Each run has a uid of its own outside",
      ...(filtered ? ["Risky system calls are refused (seccomp)"] : []),
    ];
    this.missing = filtered ? [] : [`There is no system call filter for ${process.arch}`];
  }

  /** Null when bubblewrap is not installed. That it is, says nothing about whether it may do its work here. */
  static async open(options: BubblewrapOptions): Promise<BubblewrapDriver | null> {
    const { code, stdout } = await execute(options.program, ["--version"]);
    if (code !== 0) return null;
    const filter = seccompFilter();
    const files = Object.entries(ETC_FILES).map(([file, text]) => dataFile(Buffer.from(text), (fd) => ["--file", String(fd), file]));
    const filters = filter ? [dataFile(filter, (fd) => ["--seccomp", String(fd)])] : [];
    const [system, data, descriptors] = await Promise.all([systemArguments(), Promise.all([...files, ...filters]), InheritedDescriptors.find()]);
    return new BubblewrapDriver(options, { version: /[\d.]+/.exec(stdout)?.[0] ?? "", system, data, descriptors, filtered: filter !== null });
  }

  pathInside(): string {
    return WORKSPACE;
  }

  async launch(launch: Launch): Promise<Launched> {
    const { visible, prefix } = await this.#reach(launch);
    // Without a thread: it is a name in memory, and quicker than to ask one.
    const files = this.#data.map(({ handle }) => openSync(`/proc/self/fd/${handle.fd}`, "r"));
    try {
      const command = limited([launch.command, ...launch.args], launch.limits, { together: launch.gated, umask: launch.identity ? "002" : "022" });
      const [file = "", ...args] = [
        ...prefix, this.#program,
        "--json-status-fd", String(STATUS_FD),
        // Before the other arguments, which end by making all of it read-only.
        ...this.#data.flatMap(({ options }, index) => options(FIRST_DATA_FD + index)),
        "--args", String(ARGUMENTS_FD),
        "--", ...command,
      ];
      const child = spawn(file, args, {
        cwd: "/",
        env: { PATH: SYSTEM_PATH },
        stdio: this.#descriptors.covered(["pipe", "pipe", "pipe", "pipe", "pipe", ...files]),
        ...(launch.identity && prefix.length === 0 ? launch.identity : {}),
      });
      return supervise(child, runArguments(launch, this.#system, visible));
    } finally {
      for (const file of files) closeSync(file);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#data.map(({ handle }) => handle.close()), this.#descriptors.close()]);
  }

  async #reach({ tree, binds, identity }: Launch): Promise<{ readonly visible: VisiblePaths; readonly prefix: readonly string[] }> {
    const { staging } = this.#options;
    if (staging === null || identity === null) return { visible: { node: process.execPath, tree: tree?.path ?? null, binds: binds.map(({ from }) => from) }, prefix: [] };
    const [node, ...others] = await Promise.all([process.execPath, ...(tree ? [tree.path] : []), ...binds.map(({ from }) => from)].map((each) => staging.reach(each)));
    const staged = [node, ...others].some((each) => each?.staged);
    const paths = others.map((each) => each.path);
    return {
      visible: { node: node?.path ?? process.execPath, tree: tree ? (paths[0] ?? null) : null, binds: paths.slice(tree ? 1 : 0) },
      prefix: staged ? await staging.prefix(identity.uid, identity.gid) : [],
    };
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

/** A file without a name that is read from the start by every run. */
async function dataFile(content: Buffer, options: DataFile["options"]): Promise<DataFile> {
  const folder = await mkdtemp(path.join(tmpdir(), "coder-sandbox-"));
  try {
    const handle = await open(path.join(folder, "data"), "wx+", 0o644);
    await handle.write(content);
    return { handle, options };
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
