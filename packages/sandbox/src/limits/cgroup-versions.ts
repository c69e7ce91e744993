import { readFileSync, writeFileSync } from "node:fs";
import type { SandboxLimits } from "../ISandbox.ts";
import type { Usage } from "./meter.ts";

/** Writes a number to, and reads the text of, a file of the run's cgroup. Null: there is no such file. */
export interface CgroupFiles {
  set(name: string, value: number): void;
  get(name: string): string | null;
}

/** What one version calls things. A file's name says which controller it belongs to. */
export interface CgroupVersion {
  readonly title: string;
  /** Each may be mounted apart from the others (v1); none: all in one place (v2). */
  readonly controllers: readonly string[];
  prepareBase(directory: string): void;
  limit(files: CgroupFiles, limits: Pick<SandboxLimits, "memoryBytes" | "processes">): void;
  read(files: CgroupFiles): Usage;
}

/** What the kernel does not offer is not made. */
const THERE = { flag: "r+" };

export const CGROUP_V1: CgroupVersion = {
  title: "cgroup v1",
  controllers: ["memory", "pids", "cpuacct"],
  prepareBase: () => {},
  limit({ set }, { memoryBytes, processes }) {
    set("memory.limit_in_bytes", memoryBytes);
    // Only where swap is accounted for; without swap there is nothing to limit.
    attempt(() => set("memory.memsw.limit_in_bytes", memoryBytes));
    set("pids.max", processes);
  },
  read({ get }) {
    const [cpu, peak] = [get("cpuacct.usage"), get("memory.max_usage_in_bytes")];
    return {
      cpuMs: cpu === null ? null : Number(cpu) / 1e6,
      peakMemoryBytes: peak === null ? null : Number(peak),
      exceeded: counted(get("memory.oom_control"), "oom_kill") > 0 ? "memory" : counted(get("pids.events"), "max") > 0 ? "processes" : null,
    };
  },
};

export const CGROUP_V2: CgroupVersion = {
  title: "cgroup v2",
  controllers: [],
  prepareBase(directory) {
    writeFileSync(`${directory}/cgroup.subtree_control`, "+memory +pids", THERE);
  },
  limit({ set }, { memoryBytes, processes }) {
    set("memory.max", memoryBytes);
    attempt(() => set("memory.swap.max", 0));
    // One process killed for want of memory takes the others with it: half a run is no run.
    set("memory.oom.group", 1);
    set("pids.max", processes);
  },
  read({ get }) {
    const [cpu, peak] = [get("cpu.stat"), get("memory.peak")];
    return {
      cpuMs: cpu === null ? null : counted(cpu, "usage_usec") / 1e3,
      peakMemoryBytes: peak === null ? null : Number(peak),
      exceeded: counted(get("memory.events"), "oom_kill") > 0 ? "memory" : counted(get("pids.events"), "max") > 0 ? "processes" : null,
    };
  },
};

/**
 * The files of a run whose cgroups lie in `directories`, by controller; one directory for all is `""`. They are no files but answers of the kernel, there at
 * once: a thread that waited for each would cost more than they do.
 */
export function cgroupFiles(directories: ReadonlyMap<string, string>): CgroupFiles {
  const pathOf = (name: string): string => `${directories.get(name.split(".")[0] ?? "") ?? directories.get("") ?? ""}/${name}`;
  return {
    set: (name, value) => writeFileSync(pathOf(name), String(value), THERE),
    get: (name) => attempt(() => readFileSync(pathOf(name), "utf8")),
  };
}

function attempt<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** The number in the line `name number`; 0 without one. */
function counted(text: string | null, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1] ?? 0);
}
