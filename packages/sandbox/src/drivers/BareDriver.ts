import { randomUUID } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { chmod, lstat, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { invalidRun, sandboxFailed } from "../errors.ts";
import { execute, SYSTEM_PATH } from "../execute.ts";
import { firstBelowClosed } from "../ownership/reachable.ts";
import { InheritedDescriptors } from "./descriptors.ts";
import type { IDriver, Launch, Launched, Outcome } from "./driver.ts";
import { limitedInNumber, limitScript } from "./limit-script.ts";
import { isRunning, sendKill, untilGone } from "./outcome.ts";

/** The one entry of the data directory that runs may enter. */
const WORKSPACES = "workspaces";
const GROUPS_FD = 3;
const MARK = "CODER_SANDBOX_RUN";
const OTHERS = 0o007;
/** How often the limit fits in beside what the user has elsewhere: that grows while a run is at work, and the watcher is to name the limit before the kernel refuses. */
const BESIDE_OTHERS = 2;

export interface BareOptions {
  readonly asRoot: boolean;
  readonly dataDirectory: string;
}

/**
 * No isolation: a process of the machine that the owner has allowed. As root it has a uid of its own, so it can read what everybody can and its tree;
 * else it has the product's rights. Nothing keeps it from the network.
 */
export class BareDriver implements IDriver {
  readonly name = "bare";
  readonly inForce: readonly string[];
  readonly missing: readonly string[];
  readonly #descriptors: InheritedDescriptors;

  private constructor({ asRoot }: BareOptions, descriptors: InheritedDescriptors) {
    this.#descriptors = descriptors;
    this.inForce = asRoot
      ? ["Each run has a uid of its own and cannot enter the data directory, except its work tree", "Runs inherit no variable"]
      : ["Runs inherit no variable"];
    this.missing = [
      "Runs reach the network, this machine's own services included",
      "Runs see the machine's files and processes",
      ...(asRoot ? [] : ["Runs have the product's own rights: they can read all data and every secret", "What a run detaches and renames can outlive it"]),
    ];
  }

  static async open(options: BareOptions): Promise<BareDriver> {
    if (options.asRoot) await closeDataDirectory(options.dataDirectory);
    return new BareDriver(options, await InheritedDescriptors.find());
  }

  pathInside(tree: string): string {
    return tree;
  }

  async launch({ command, args, tree, binds, env, cwd, limits, identity, groups }: Launch): Promise<Launched> {
    if (binds.length > 0) throw invalidRun("without isolation there is no other place for files of the host");
    const directory = tree === null ? "/" : path.join(tree.path, cwd);
    const closed = identity === null ? null : firstBelowClosed(path.join(directory, "."));
    if (closed !== null) throw sandboxFailed(`only root may enter ${path.dirname(closed)}. Let others enter it (chmod o+x), or set CODER_DATA to a directory that they may enter`);
    const mark = randomUUID();
    const beside = identity === null && groups.length === 0 ? await tasksOfThisUser() : null;
    const limiting = limitScript(limits, { groups: groups.map((_group, index) => GROUPS_FD + index), umask: identity ? "002" : "022", self: "$$" });
    const opened: number[] = [];
    let child: ChildProcess;
    try {
      // Without a thread: what they lead to lies in memory.
      for (const group of groups) opened.push(openSync(group, "r+"));
      child = spawn("/bin/sh", ["-c", `${limiting}exec "$@"`, "sh", ...limitedInNumber([command, ...args], { processes: beside === null ? limits.processes : beside + BESIDE_OTHERS * limits.processes }, groups)], {
        cwd: directory,
        env: { PATH: SYSTEM_PATH, HOME: "/tmp", LANG: "C.UTF-8", ...env, [MARK]: mark },
        stdio: this.#descriptors.covered(["pipe", "pipe", "pipe", ...opened]),
        detached: true,
        ...identity,
      });
    } finally {
      opened.forEach(closeSync);
    }
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw sandboxFailed("it has no standard streams");
    const ended = Promise.withResolvers<Outcome | null>();
    let killing = Promise.resolve();
    let over = false;
    // One after the other, and none after the end: by then the uid may be another run's, which would be killed in its place.
    const killRest = (): Promise<void> => (killing = killing.then(() => (over ? undefined : killAll(child.pid, identity?.uid ?? null, mark))));
    child.once("error", () => ended.resolve(null));
    // Not `close`: what the program left behind may hold the streams.
    const end = async (outcome: Outcome): Promise<void> => {
      await killRest();
      over = true;
      ended.resolve(outcome);
    };
    child.once("exit", (code, signal) => void end({ exitCode: code, signal }));
    return {
      stdin, stdout, stderr,
      entry: child.pid ?? null,
      kill: () => void killRest(),
      ended: ended.promise,
    };
  }

  close(): Promise<void> {
    return this.#descriptors.close();
  }
}

/** Ends the run's processes: all of its uid, which nobody else has; or its group and whoever still carries its mark. */
async function killAll(pid: number | undefined, uid: number | null, mark: string): Promise<void> {
  sendKill(pid === undefined ? undefined : -pid);
  await untilGone(async () => {
    const found = await (uid === null ? marked(mark) : ownedBy(uid));
    const left = found.filter(isRunning);
    if (uid !== null && left.length > 0) await execute("setpriv", [`--reuid=${uid}`, "--clear-groups", "kill", "-KILL", "--", "-1"]);
    for (const each of left) sendKill(each);
    return left.length > 0;
  });
}

async function pids(): Promise<readonly number[]> {
  return (await readdir("/proc")).map(Number).filter(Number.isInteger);
}

async function ownedBy(uid: number): Promise<readonly number[]> {
  const owners = await Promise.all((await pids()).map(async (pid) => ((await stat(`/proc/${pid}`).catch(() => null))?.uid === uid ? pid : null)));
  return owners.filter((pid) => pid !== null);
}

/** Processes and threads, as the kernel counts them for `RLIMIT_NPROC`: of a user's sessions all together, a browser's included. */
async function tasksOfThisUser(): Promise<number> {
  const owned = await ownedBy(process.getuid?.() ?? 0);
  const tasks = await Promise.all(owned.map((pid) => readdir(`/proc/${pid}/task`).catch(() => [])));
  return tasks.flat().length;
}

async function marked(mark: string): Promise<readonly number[]> {
  const found = await Promise.all((await pids()).map(async (pid) => ((await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")).includes(`${MARK}=${mark}`) ? pid : null)));
  return found.filter((pid) => pid !== null);
}

/** Others may pass through the data directory on their way to a work tree, and open nothing else in it. */
async function closeDataDirectory(directory: string): Promise<void> {
  await chmod(directory, 0o711);
  for (const name of await readdir(directory)) {
    if (name === WORKSPACES) continue;
    const entry = path.join(directory, name);
    const { mode } = await lstat(entry);
    if ((mode & OTHERS) !== 0 && !((mode & 0o170_000) === 0o120_000)) await chmod(entry, mode & 0o7777 & ~OTHERS);
  }
}
