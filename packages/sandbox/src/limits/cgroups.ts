import { closeSync, existsSync, mkdirSync, openSync, rmdirSync, write } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { SandboxLimits } from "../ISandbox.ts";
import { readCgroups, type CgroupDirectories } from "./cgroup-mounts.ts";
import { CGROUP_V1, CGROUP_V2, cgroupFiles, type CgroupFiles, type CgroupVersion } from "./cgroup-versions.ts";
import type { IMeter, IMeters, Usage } from "./meter.ts";

const PREFIX = "coder-sandbox-";
const REMOVE_MS = 2_000;
const PROBE_LIMITS = { memoryBytes: 64 * 1024 ** 2, processes: 8 };
const writeTo = promisify(write);

/** By controller; all in one place: by the empty name. */
type Directories = ReadonlyMap<string, string>;

/** Cgroups of this process' own, below the one it is in or beside it; null where none can be made that limits memory and processes. */
export async function openCgroups(): Promise<IMeters | null> {
  const found = await readCgroups();
  for (const { version, parents } of candidates(found)) {
    const meters = new Cgroups(version, below(parents, `${PREFIX}${process.pid}`));
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
  return existsSync(`${directory}/cgroup.procs`);
}

function below(directories: Directories, name: string): Directories {
  return new Map([...directories].map(([controller, directory]) => [controller, `${directory}/${name}`]));
}

/** Controllers that are mounted together have one place. */
function places(directories: Directories): readonly string[] {
  return [...new Set(directories.values())];
}

class Cgroups implements IMeters {
  readonly gated = true;
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

  async enter(pid: number): Promise<void> {
    await Promise.all(this.#places.map((directory) => enter(directory, pid)));
  }

  async read(): Promise<Usage> {
    return this.#version.read(this.#files);
  }

  async pids(): Promise<readonly number[]> {
    const text = await readFile(`${this.#places[0] ?? ""}/cgroup.procs`, "utf8").catch(() => "");
    return text.split("\n").filter(Boolean).map(Number);
  }

  /** A cgroup can be removed when its last process is gone. */
  async close(): Promise<void> {
    const deadline = Date.now() + REMOVE_MS;
    for (const directory of this.#places) {
      for (let wait = 1; !removed(directory) && Date.now() < deadline; wait = Math.min(wait * 2, 50)) await delay(wait);
    }
  }
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

/** The kernel may have to wait for others before it moves a process, for some milliseconds before Linux 6.18: by a thread. */
async function enter(directory: string, pid: number): Promise<void> {
  const file = openSync(`${directory}/cgroup.procs`, "w");
  try {
    await writeTo(file, String(pid));
  } finally {
    closeSync(file);
  }
}

/** What processes that were killed left behind. */
async function removeDead(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (!Number.isInteger(pid) || pid === process.pid || isAlive(pid)) continue;
    const base = path.join(parent, name);
    const runs = await readdir(base, { withFileTypes: true }).catch(() => []);
    for (const run of runs.filter((entry) => entry.isDirectory())) removed(path.join(base, run.name));
    removed(base);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
