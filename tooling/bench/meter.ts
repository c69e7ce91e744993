import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const GROUP = "coder-bench";

export interface ChildrenMeter {
  readonly cpuMicros: () => number;
  readonly close: () => void;
}

/**
 * CPU time of this process and of all that it starts, those too for which nobody waits: bubblewrap leaves its first process to the system. So a cgroup of our
 * own, below which the sandbox makes those of its runs.
 */
export function childrenMeter(): ChildrenMeter {
  const lines = readFileSync("/proc/self/cgroup", "utf8").split("\n");
  const older = lines.map((line) => /^\d+:(?:[^:]*,)?cpuacct(?:,[^:]*)?:(.*)$/.exec(line)?.[1]).find((own) => own !== undefined);
  const [parent, file] = older === undefined ? [`/sys/fs/cgroup${lines.find((line) => line.startsWith("0::"))?.slice(3) ?? ""}`, "cpu.stat"] : [`/sys/fs/cgroup/cpuacct${older}`, "cpuacct.usage"];
  const group = path.join(parent, `${GROUP}-${process.pid}`);
  mkdirSync(group);
  writeFileSync(path.join(group, "cgroup.procs"), String(process.pid));
  return {
    cpuMicros: () => {
      const text = readFileSync(path.join(group, file), "utf8");
      return older === undefined ? Number(/usage_usec (\d+)/.exec(text)?.[1]) : Number(text) / 1_000;
    },
    close: () => {
      // Whatever is still in it, a PostgreSQL that is about to end for example, leaves with us.
      for (const pid of readFileSync(path.join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) attempt(() => writeFileSync(path.join(parent, "cgroup.procs"), pid));
      attempt(() => rmdirSync(group));
    },
  };
}

/** A process that has ended meanwhile leaves by itself; a group that is left behind is empty. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // See above.
  }
}
