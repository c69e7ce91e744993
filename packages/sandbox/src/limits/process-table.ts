import { readdir, readFile } from "node:fs/promises";
import type { SandboxLimits } from "../ISandbox.ts";
import { NOTHING_USED, type IMeter, type IMeters, type Usage } from "./meter.ts";

/** Of Linux' own interface to programs: /proc counts in these, whatever the machine. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;

/** Where there are no cgroups: looks at the processes themselves, again and again. Sees what is there at that moment, so it limits less exactly. */
export const PROCESS_TABLE: IMeters = {
  description: "Memory, processes and CPU time of a run are limited by looking at its processes several times a second, and by rlimits for each of them",
  exact: false,
  open: async (limits) => new ProcessTableMeter(limits),
  close: async () => {},
};

interface Sample {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
}

class ProcessTableMeter implements IMeter {
  readonly groups = [];
  readonly #limits: Pick<SandboxLimits, "memoryBytes" | "processes">;
  #root: number | null = null;
  #usage: Usage = NOTHING_USED;

  constructor(limits: Pick<SandboxLimits, "memoryBytes" | "processes">) {
    this.#limits = limits;
  }

  watch(pid: number): void {
    this.#root = pid;
  }

  async read(): Promise<Usage> {
    const samples = (await Promise.all((await this.pids()).map(sampleOf))).filter((sample) => sample !== null);
    if (samples.length === 0) return this.#usage;
    const sum = (field: keyof Sample): number => samples.reduce((total, sample) => total + sample[field], 0);
    const memory = sum("memoryBytes");
    const exceeded = memory > this.#limits.memoryBytes ? "memory" : sum("threads") >= this.#limits.processes ? "processes" : null;
    this.#usage = {
      // Processes that nobody waited for are no longer in the sum: the total never falls.
      cpuMs: Math.max(this.#usage.cpuMs ?? 0, sum("cpuMs")),
      peakMemoryBytes: Math.max(this.#usage.peakMemoryBytes ?? 0, memory),
      exceeded: this.#usage.exceeded ?? exceeded,
    };
    return this.#usage;
  }

  async pids(): Promise<readonly number[]> {
    const found: number[] = this.#root === null ? [] : [this.#root];
    for (let at = 0; at < found.length; at += 1) found.push(...(await childrenOf(found[at] ?? 0)));
    return found;
  }

  async close(): Promise<void> {}
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")));
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

/** From `/proc/PID/stat` (proc(5)): what follows the name, which may hold anything but ends with the last bracket. */
async function sampleOf(pid: number): Promise<Sample | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return { cpuMs: ((user + system + childUser + childSystem) * 1_000) / TICKS_PER_SECOND, memoryBytes: (fields[21] ?? 0) * PAGE_BYTES, threads: fields[17] ?? 0 };
}
