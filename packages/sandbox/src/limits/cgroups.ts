import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sendKill } from "../drivers/outcome.ts";
import type { SandboxLimits } from "../ISandbox.ts";
import { namePrefix } from "../name-prefix.ts";
import { readCgroups, type CgroupDirectories } from "./cgroup-mounts.ts";
import { CGROUP_V1, CGROUP_V2, cgroupFiles, type CgroupFiles, type CgroupVersion } from "./cgroup-versions.ts";
import type { IMeter, IMeters, Usage } from "./meter.ts";

const REMOVE_MS = 2_000;
const PROBE_LIMITS = { memoryBytes: 64 * 1024 ** 2, processes: 8 };

/** By controller; all in one place: by the empty name. */
type Directories = ReadonlyMap<string, string>;

/** Cgroups of this process' own, below the one it is in or beside it; null where none can be made that limits memory and processes. */
export async function openCgroups(): Promise<IMeters | null> {
  const found = await readCgroups();
  for (const { version, parents } of candidates(found)) {
    const meters = new Cgroups(version, below(parents, `${namePrefix()}${process.pid}`));
    if (await meters.works()) {
      await Promise.all(places(parents).map(removeDead));
      return meters;
    }
  }
  return null;
}

function candidates({ v1, v2 }: CgroupDirectories): readonly { version: CgroupVersion; parents: Directories }[] {
  const older = CGROUP_V1.controllers.flatMap((controller) => {
    const directory = v1.get(controller);
    return directory === undefined ? [] : [[controller, directory] as const];
  });
  return [
    // A cgroup that has processes cannot have limited ones below it, unless it is the root of all: then beside it. Above the root lies no cgroup, but the folder it is mounted in.
    ...(v2 === null ? [] : [v2, path.dirname(v2)].filter(isCgroup).map((parent) => ({ version: CGROUP_V2, parents: new Map([["", parent]]) }))),
    ...(older.length === CGROUP_V1.controllers.length ? [{ version: CGROUP_V1, parents: new Map(older) }] : []),
  ];
}

function isCgroup(directory: string): boolean {
  return existsSync(processesOf(directory));
}

function below(directories: Directories, name: string): Directories {
  return new Map([...directories].map(([controller, directory]) => [controller, `${directory}/${name}`]));
}

/** Controllers that are mounted together have one place. */
function places(directories: Directories): readonly string[] {
  return [...new Set(directories.values())];
}

class Cgroups implements IMeters {
  readonly exact = true;
  readonly mostTasks = Number.POSITIVE_INFINITY;
  readonly #version: CgroupVersion;
  readonly #bases: Directories;
  #count = 0;

  constructor(version: CgroupVersion, bases: Directories) {
    this.#version = version;
    this.#bases = bases;
  }

  get description(): string {
    return `Memory, processes and CPU time of a run are limited by ${this.#version.title}`;
  }

  async works(): Promise<boolean> {
    try {
      for (const base of places(this.#bases)) {
        mkdirSync(base, { recursive: true });
        this.#version.prepareBase(base);
      }
      const meter = await this.open(PROBE_LIMITS);
      const { cpuMs } = await meter.read();
      await meter.close();
      if (cpuMs !== null) return true;
    } catch {
      // Not mounted for writing, no controller, or no permission.
    }
    await this.close();
    return false;
  }

  async open(limits: Pick<SandboxLimits, "memoryBytes" | "processes">): Promise<IMeter> {
    this.#count += 1;
    const directories = below(this.#bases, String(this.#count));
    for (const directory of places(directories)) mkdirSync(directory, { recursive: true });
    const files = cgroupFiles(directories);
    this.#version.limit(files, limits);
    return new CgroupMeter(this.#version, files, places(directories));
  }

  async close(): Promise<void> {
    places(this.#bases).forEach(removed);
  }
}

class CgroupMeter implements IMeter {
  readonly #version: CgroupVersion;
  readonly #files: CgroupFiles;
  readonly #places: readonly string[];

  constructor(version: CgroupVersion, files: CgroupFiles, directories: readonly string[]) {
    this.#version = version;
    this.#files = files;
    this.#places = directories;
  }

  get groups(): readonly string[] {
    return this.#places.map(processesOf);
  }

  watch(): void {}

  async read(): Promise<Usage> {
    return this.#version.read(this.#files);
  }

  async pids(): Promise<readonly number[]> {
    return pidsIn(this.#places[0] ?? "");
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map(removedWhenEmpty));
  }
}

/** A cgroup can be removed when its last process is gone. */
async function removedWhenEmpty(directory: string): Promise<void> {
  const deadline = Date.now() + REMOVE_MS;
  for (let wait = 1; !removed(directory) && Date.now() < deadline; wait = Math.min(wait * 2, 50)) await delay(wait);
}

/** Like all of a cgroup's files but one, an answer of the kernel that is there at once: a thread that waited for it would cost more than it does. */
function removed(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}

function processesOf(directory: string): string {
  return `${directory}/cgroup.procs`;
}

async function pidsIn(directory: string): Promise<readonly number[]> {
  const text = await readFile(processesOf(directory), "utf8").catch(() => "");
  // 0 stands for one that cannot be seen from here.
  return text.split("\n").map(Number).filter((pid) => pid > 0);
}

/** What processes that were killed left behind: a run that had not yet been told to end with them, too. */
async function removeDead(parent: string): Promise<void> {
  const prefix = namePrefix();
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isInteger(pid) || pid === process.pid || isAlive(pid)) continue;
    const base = path.join(parent, name);
    const runs = await readdir(base, { withFileTypes: true }).catch(() => []);
    await Promise.all(runs.filter((entry) => entry.isDirectory()).map((run) => endAndRemove(path.join(base, run.name))));
    removed(base);
  }
}

async function endAndRemove(directory: string): Promise<void> {
  for (const pid of await pidsIn(directory)) sendKill(pid);
  await removedWhenEmpty(directory);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
