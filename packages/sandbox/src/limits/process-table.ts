import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { SandboxLimits } from "../ISandbox.ts";
import { NOTHING_USED, type IMeter, type IMeters, type Usage } from "./meter.ts";

/** Of Linux' own interface to programs: /proc counts in these, whatever the machine. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;
/** The rest is left to the next look: who takes all time of the machine is not to take it from looking, too. */
const LOOK_MS = 50;
const PID = /^\d+$/;
/**
 * Linux shares the processors among sessions (autogroup, sched(7)), and a run can make every process of its own a session: with a thousand of those the product gets one
 * part in a thousand, for a minute. So many are over before anybody feels it, and no build has as many at a time.
 */
const PROCESSES_PER_PROCESSOR = 128;

/**
 * Where there are no cgroups: looks at the processes themselves, again and again. Sees what is there at that moment, so it limits less exactly. The kernel answers at
 * once, so it is asked without waiting: a look that waits at many steps never ends beside a thousand processes that are always at work.
 */
export const PROCESS_TABLE: IMeters = {
  description: `Memory, processes and CPU time of a run are limited by looking at its processes several times a second, and by rlimits for each of them; it has at most ${PROCESSES_PER_PROCESSOR} processes per processor`,
  exact: false,
  open: async (limits) => new ProcessTableMeter(limits, PROCESSES_PER_PROCESSOR * availableParallelism()),
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
  readonly #mostProcesses: number;
  #root: number | null = null;
  #usage: Usage = NOTHING_USED;

  constructor(limits: Pick<SandboxLimits, "memoryBytes" | "processes">, mostProcesses: number) {
    this.#limits = limits;
    this.#mostProcesses = Math.min(limits.processes, mostProcesses);
  }

  watch(pid: number): void {
    this.#root = pid;
  }

  async read(): Promise<Usage> {
    const until = performance.now() + LOOK_MS;
    let inside = this.#inside();
    // Where they multiply, the next look would come much later than it is due.
    while (inside !== null && inside.length * 2 > this.#mostProcesses && !this.#areTooMany(inside) && performance.now() < until) inside = this.#inside();
    if (inside !== null && this.#areTooMany(inside)) return (this.#usage = { ...this.#usage, exceeded: this.#usage.exceeded ?? "processes" });
    const samples = (inside ?? this.#walk().map(folderOf)).flatMap((folder) => (performance.now() < until ? (sampleOf(folder) ?? []) : []));
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

  /** With the one outside, that made the namespace. */
  #areTooMany(inside: readonly string[]): boolean {
    return inside.length + 1 >= this.#mostProcesses;
  }

  async pids(): Promise<readonly number[]> {
    return this.#walk();
  }

  /** The processes of the run's own process namespace, as its own /proc lists them: at once, however many they are. Null where it has none, or none that may be looked into. */
  #inside(): readonly string[] | null {
    const [first] = this.#root === null ? [] : childrenOf(this.#root);
    if (first === undefined) return null;
    try {
      if (readlinkSync(`${folderOf(first)}/ns/pid`) === readlinkSync("/proc/self/ns/pid")) return null;
      const table = `${folderOf(first)}/root/proc`;
      const found = readdirSync(table).filter((name) => PID.test(name)).map((name) => `${table}/${name}`);
      return found.length > 0 ? found : null;
    } catch {
      return null;
    }
  }

  #walk(): readonly number[] {
    const found: number[] = this.#root === null ? [] : [this.#root];
    for (let at = 0; at < found.length && at < this.#limits.processes; at += 1) found.push(...childrenOf(found[at] ?? 0));
    return found;
  }

  async close(): Promise<void> {}
}

function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) => (textOf(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number));
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function folderOf(pid: number): string {
  return `/proc/${pid}`;
}

/** From `/proc/PID/stat` (proc(5)): what follows the name, which may hold anything but ends with the last bracket. */
function sampleOf(folder: string): Sample | null {
  const text = textOf(`${folder}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return { cpuMs: ((user + system + childUser + childSystem) * 1_000) / TICKS_PER_SECOND, memoryBytes: (fields[21] ?? 0) * PAGE_BYTES, threads: fields[17] ?? 0 };
}

/** Null for a process that has ended. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
